// Selects the hub of `local instances` and `func durable`: of a local host, of a deployed app, or any by its storage.

import path from "node:path";
import { openHub, parseStorageChoice, type StorageChoice } from "@same-kit/local";
import { parseAppAddress } from "../adapters/app/app-address.ts";
import { ManagementClient } from "../adapters/app/management-client.ts";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../errors.ts";
import { noHost } from "../usecases/run/run-host.ts";
import { findDeployedApp } from "./deployed-app.ts";
import { resolveStateDir } from "./shared-options.ts";

type TargetOptions = {
  storage: string | undefined;
  hub: string | undefined;
  env: string | undefined;
  "host-name": string | undefined;
  "use-http": boolean;
  "management-key": string | undefined;
  "state-dir": string | undefined;
};

export type InstanceTarget = {
  client: ManagementClient;
  /** The name of the target in questions. */
  name: string;
  /** Whether it is on this machine: changes there need no confirmation. */
  isLocal: boolean;
  /** Removes the hub; null if a host is using it. */
  deleteHub: (() => Promise<void>) | null;
  close(): Promise<void>;
};

/** @throws UsageError `ERR_USAGE`, and errors of the access to the hub. */
export async function findTarget(options: TargetOptions, context: CommandContext): Promise<InstanceTarget> {
  const ways = (["storage", "env", "host-name"] as const).filter((name) => options[name] !== undefined);
  if (ways.length > 1) throw usageError(`--${ways.join(" and --")} contradict each other: each names a hub.`);
  const { storage, env } = options;
  if (storage !== undefined) return openStorageTarget(parseStorageChoice(storage), options, context);
  if (options.hub !== undefined)
    throw usageError("--hub names a hub of --storage; a host and an app have one of their own.");
  if (env !== undefined) return openEnvironment(env, options, context);
  return openHost(options, context);
}

/** Opens a task hub in a storage, without a host. */
export async function openStorageTarget(
  storage: StorageChoice,
  { hub, "state-dir": place }: Pick<TargetOptions, "hub" | "state-dir">,
  { cwd, console, signal }: CommandContext,
): Promise<InstanceTarget> {
  const opened = await openHub({
    storage,
    appDir: cwd,
    stateDir: resolveStateDir(place, cwd),
    onLog: ({ level, message }) => void (level === "warn" && console.note(message)),
    ...(hub === undefined ? {} : { hubName: hub }),
  });
  return {
    client: new ManagementClient({ url: "http://localhost", managementKey: null }, { fetch: opened.fetch, signal }),
    name: `the task hub ${opened.hubName}`,
    isLocal: isLocalStorage(storage),
    deleteHub: () => opened.delete(),
    close: () => opened.close(),
  };
}

/** With the key that Azure returns for the signed-in user. */
async function openEnvironment(name: string, options: TargetOptions, context: CommandContext): Promise<InstanceTarget> {
  const stateDir = resolveStateDir(options["state-dir"], context.cwd);
  const managementKey = options["management-key"] ?? null;
  const address = await findDeployedApp(name, { stateDir, managementKey }, context);
  return toTarget({ ...address, isLocal: false }, context);
}

async function openHost(options: TargetOptions, context: CommandContext): Promise<InstanceTarget> {
  const managementKey = options["management-key"] ?? null;
  const name = options["host-name"];
  if (name !== undefined) {
    const { url } = parseAppAddress(name, { useHttp: options["use-http"], accessKey: null });
    return toTarget({ url, managementKey, isLocal: isLoopback(new URL(url).hostname) }, context);
  }
  const stateDir = resolveStateDir(options["state-dir"], context.cwd);
  const [host, ...others] = await createEmulator().listHosts(stateDir);
  if (host === undefined) throw noHost(stateDir);
  if (others.length > 0) {
    const urls = [host, ...others].map(({ url }) => url);
    throw usageError(`Several hosts use ${path.resolve(stateDir)}: ${urls.join(", ")}. Name one with --host-name.`);
  }
  return toTarget({ url: host.url, managementKey, isLocal: true }, context);
}

function toTarget(
  { url, managementKey, isLocal }: { url: string; managementKey: string | null; isLocal: boolean },
  { signal }: CommandContext,
): InstanceTarget {
  const client = new ManagementClient({ url, managementKey }, { fetch, signal });
  return { client, name: url, isLocal, deleteHub: null, close: async () => {} };
}

const isLoopback = (name: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(name);

function isLocalStorage(storage: StorageChoice): boolean {
  if (storage.kind !== "connection-string") return true;
  const { connectionString } = storage;
  const endpoint = /(?:^|;)TableEndpoint=([^;]+)/i.exec(connectionString)?.[1] ?? "";
  if (/UseDevelopmentStorage=true/i.test(connectionString)) return true;
  return URL.canParse(endpoint) && isLoopback(new URL(endpoint).hostname);
}
