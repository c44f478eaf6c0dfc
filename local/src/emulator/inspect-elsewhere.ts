// The inspector in its own process: for an app that runs elsewhere, or a task hub without a host on this machine.

import { type AllowedUsers, createSystemClock, type Logger } from "@same-kit/shared";
import { describeHub } from "../engine/describe-hub.ts";
import { resolveDurableTaskSettings } from "../engine/index.ts";
import { createInspector, type InspectedSource, type RunsSource, remoteManagement } from "../inspector/index.ts";
import { openStateFolder } from "../state/state-folder.ts";
import { attachHub } from "./attach-hub.ts";
import { readEntityInternals } from "./entity-internals.ts";
import { type InspectorServer, serveInspector } from "./inspector-server.ts";
import { openLocalStorage } from "./open-local-storage.ts";
import { sameKitVersion } from "./same-kit-version.ts";
import { StopStack } from "./stop-stack.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type InspectedPlace =
  | {
      kind: "app";
      /** Without a trailing slash. */
      url: string;
      managementKey: string | null;
      fetch: typeof globalThis.fetch;
    }
  | { kind: "storage"; storage: StorageChoice; hubName: string };

export type InspectOptions = {
  place: InspectedPlace;
  stateDir: string;
  /** 0 takes any free port. */
  port: number;
  runs?: RunsSource;
  allowUsers?: AllowedUsers | undefined;
  log: Logger;
  signal: AbortSignal;
};

/**
 * Serves the inspector for something other than a host of this machine.
 *
 * @throws HostError `ERR_PORT_IN_USE`; for a storage, any error of opening it, and EmulatorError `ERR_HUB_NOT_FOUND`.
 */
export async function inspectElsewhere(options: InspectOptions): Promise<InspectorServer> {
  const { place, port, allowUsers, log } = options;
  const running = new StopStack();
  const clock = createSystemClock();
  try {
    const source = place.kind === "app" ? inspectApp(place, options) : await inspectStorage(place, options, running);
    const inspector = createInspector({ ...source, ...(options.runs && { runs: options.runs }) }, { clock, log });
    const server = await serveInspector(inspector, { port, allowUsers, log });
    running.add(() => server.stop());
    return { url: server.url, stop: () => running.stop() };
  } catch (error) {
    await running.stop().catch(() => {});
    throw error;
  }
}

const UNSEEN = { nodeVersion: null, state: null, functions: [], hosts: [] } as const;

function inspectApp(
  { url, managementKey, fetch }: Extract<InspectedPlace, { kind: "app" }>,
  { signal }: InspectOptions,
): InspectedSource {
  return {
    management: remoteManagement({ url, managementKey, fetch, signal }),
    async describe() {
      const version = await sameKitVersion();
      return { ...UNSEEN, kind: "app", where: url, hubName: null, storage: null, version };
    },
  };
}

async function inspectStorage(
  { storage: choice, hubName }: Extract<InspectedPlace, { kind: "storage" }>,
  { stateDir, allowUsers, log, signal }: InspectOptions,
  running: StopStack,
): Promise<InspectedSource> {
  const clock = createSystemClock();
  const { azuriteDir } = await openStateFolder(stateDir);
  const storage = await openLocalStorage(choice, { azuriteDir, clock, log, allowUsers });
  running.add(() => storage.stop());
  await storage.ready;
  const { account, description } = storage;
  const settings = { ...resolveDurableTaskSettings(undefined, {}), hubName };
  const { client, management, queueNames } = await attachHub(account, settings, { clock, log, signal });
  return {
    management,
    async describe() {
      const version = await sameKitVersion();
      return { ...UNSEEN, kind: "storage", where: description, hubName, storage: description, version };
    },
    hub: async () => ({
      ...(await describeHub({ storage: account, hubName, partitionCount: queueNames.length })),
      storage: description,
      poison: [],
    }),
    entity: (name, key) => readEntityInternals(client, name, key),
  };
}
