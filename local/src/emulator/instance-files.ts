import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { INSTANCE_FILES_VARIABLE, instanceFolder, isPidInUse } from "@same-kit/shared";
import { stateFolderAt } from "../state/state-folder.ts";
import type { LocalStorage } from "./open-local-storage.ts";

/** A folder of this machine for each instance, with the life of its history. The app makes those that it needs. */
export type InstanceFiles = {
  /** For the app. */
  appSettings: Readonly<Record<string, string>>;
  remove(instanceId: string): Promise<void>;
  /** With the hub. */
  removeAll(): Promise<void>;
  /** Removes all of them where the storage ends with the host. */
  stop(): Promise<void>;
};

const nothing = async () => {};
const NONE: InstanceFiles = { appSettings: {}, remove: nothing, removeAll: nothing, stop: nothing };

// A host's own, gone with it.
const OF_PROCESS = /^process-(\d+)$/;

/**
 * Only where the hub's storage is of the same state folder, or this process's memory: other storage may have hosts that do not find the
 * folder.
 */
export async function openInstanceFiles(
  instancesDir: string,
  { lifetime }: Pick<LocalStorage, "lifetime">,
  hubName: string,
): Promise<InstanceFiles> {
  if (lifetime === "unknown") return NONE;
  await removeLeftBehind(instancesDir);
  const root = rootOf(path.join(instancesDir, lifetime === "host" ? `process-${process.pid}` : ""), hubName);
  return {
    appSettings: { [INSTANCE_FILES_VARIABLE]: root },
    remove: (instanceId) => rm(instanceFolder(root, instanceId), { recursive: true, force: true }),
    removeAll: () => rm(root, { recursive: true, force: true }),
    async stop() {
      if (lifetime !== "host") return;
      await rm(root, { recursive: true, force: true });
      // Another hub of this process may have its own there.
      await rmdir(path.dirname(root)).catch(() => {});
    },
  };
}

const rootOf = (instancesDir: string, hubName: string): string => path.join(instancesDir, hubName.toLowerCase());

/** Where the large files of an instance are, if its host keeps them in the state folder; touches nothing. */
export function instanceFilesOf(stateDir: string, hubName: string, instanceId: string): string {
  return instanceFolder(rootOf(stateFolderAt(stateDir).instancesDir, hubName), instanceId);
}

async function removeLeftBehind(instancesDir: string): Promise<void> {
  for (const name of await readdir(instancesDir).catch(() => [])) {
    const pid = OF_PROCESS.exec(name)?.[1];
    if (pid === undefined || isPidInUse(Number(pid))) continue;
    await rm(path.join(instancesDir, name), { recursive: true, force: true });
  }
}
