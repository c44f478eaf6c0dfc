import path from "node:path";
import {
  type LocalHost,
  listRunningHosts,
  type NumberedEvent,
  parseStorageChoice,
  readHostLog,
  readHostStorage,
  type SpareProcesses,
  startDetached,
  startLocal,
  stopRunningHost,
} from "@same-kit/local";
import { type AllowedUsers, packageRoot, parseAllowedUsers } from "@same-kit/shared";
import type { BootedHost, BootOptions, Emulator, IdleHub } from "../../ports.ts";
import { inspectedRuns } from "../records/inspected-runs.ts";
import { hideConnectionString } from "./detached-call.ts";

export type EmulatorOptions = {
  /** Users of this machine that its hosts serve in addition to the current user and root, in the form of `--allow-user`. */
  allowUsers?: readonly string[];
  /** For the first host that it starts. */
  spares?: SpareProcesses | undefined;
};

export function createEmulator({ allowUsers = [], spares }: EmulatorOptions = {}): Emulator {
  return {
    boot: async (options) => boot(options, { allowUsers: await parseAllowedUsers(allowUsers), spares }),
    async bootDetached({ args, env, ...options }) {
      // A wrong user is better reported here than in the background log.
      await parseAllowedUsers(allowUsers);
      const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
      const flags = allowUsers.flatMap((user) => ["--allow-user", user]);
      const call = hideConnectionString({ args: [...args, ...flags], env });
      return startDetached({ ...options, env: call.env, command: [process.execPath, launcher, ...call.args] });
    },
    listHosts: listRunningHosts,
    connectionStringOf: readHostStorage,
    stopHost: stopRunningHost,
    readLog: (host, follow) => readHostLog(host, follow),
    ownAppDir: path.join(packageRoot(), "dist", "functions-app"),
  };
}

async function boot(
  options: BootOptions,
  mine: { allowUsers: AllowedUsers; spares: SpareProcesses | undefined },
): Promise<BootedHost> {
  const { appDir, python, isOffline = false, beforeWork, ...others } = options;
  const settings = appDir === null ? ownAppSettings(python, isOffline) : pythonSettings(python, isOffline);
  const host = await startLocal({
    ...others,
    appDir: appDir ?? undefined,
    appSettings: appDir === null ? settings : { ...options.appSettings, ...settings },
    port: options.port ?? undefined,
    storage: options.storage === null ? undefined : parseStorageChoice(options.storage),
    hubName: options.hubName ?? undefined,
    hostile: options.hostile ?? undefined,
    detachedLogFile: options.detachedLogFile ?? undefined,
    beforeWork: beforeWork && ((hub) => beforeWork(toIdleHub(hub))),
    ...mine,
    inspector: { runs: inspectedRuns(options.stateDir) },
  });
  return toBootedHost(host);
}

function toBootedHost(host: LocalHost): BootedHost {
  return {
    url: host.url,
    port: host.port,
    hubName: host.hubName,
    inspectorUrl: host.inspectorUrl,
    storage: host.storage.description,
    hasLostWrites: host.storage.hasLostWrites,
    get nodeVersion() {
      return host.nodeVersion;
    },
    get functionListText() {
      return host.functionListText;
    },
    client: host.client,
    events: { open: async (filter, signal) => oneByOne(host.events.read(filter, signal)) },
    failed: host.failed,
    stop: () => host.stop(),
    abandon: () => host.abandon(),
  };
}

const pythonSettings = (python: string | null, isOffline: boolean): Record<string, string> => ({
  ...(python !== null && { SAME_PYTHON: python }),
  ...(isOffline && { SAME_OFFLINE: "1" }),
});

/** The cloud's time limit of a function does not apply to our own app, which has a limit for steps. */
export const ownAppSettings = (python: string | null, isOffline = false): Record<string, string> => ({
  AzureFunctionsJobHost__functionTimeout: "-1",
  ...pythonSettings(python, isOffline),
});

async function* oneByOne(batches: AsyncIterable<readonly NumberedEvent[]>): AsyncGenerator<NumberedEvent> {
  for await (const batch of batches) yield* batch;
}

function toIdleHub({ client, hubName, storage }: Pick<LocalHost, "client" | "hubName" | "storage">): IdleHub {
  return { client, hubName, storage: storage.description, hasLostWrites: storage.hasLostWrites };
}
