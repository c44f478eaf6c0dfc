import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { INSTANCE_FILES_VARIABLE, instanceFolder, isPidInUse } from "@same-kit/shared";
import { stateFolderAt } from "../state/state-folder.ts";
import type { LocalStorage } from "./open-local-storage.ts";

/**
 * A local folder for each instance, which exists as long as the instance's history. The app creates the folders it
 * needs.
 */
export type InstanceFiles = {
  /** Settings for the app. */
  appSettings: Readonly<Record<string, string>>;
  remove(instanceId: string): Promise<void>;
  /** Removes all folders when the hub is deleted. */
  removeAll(): Promise<void>;
  /** Removes all folders if the storage ends with the host. */
  stop(): Promise<void>;
};

const nothing = async () => {};
const NONE: InstanceFiles = { appSettings: {}, remove: nothing, removeAll: nothing, stop: nothing };

// Folder of one host process, removed when the process ends.
const PROCESS_FOLDER = /^process-(\d+)$/;

/**
 * Enabled only if the hub's storage is in the same state folder or in this process's memory: other storage may be
 * shared with hosts that cannot access the folder.
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
      // Another hub of this process may have its files there.
      await rmdir(path.dirname(root)).catch(() => {});
    },
  };
}

const rootOf = (instancesDir: string, hubName: string): string => path.join(instancesDir, hubName.toLowerCase());

/** Where the large files of an instance are, if its host keeps them in the state folder; accesses no files. */
export function instanceFilesOf(stateDir: string, hubName: string, instanceId: string): string {
  return instanceFolder(rootOf(stateFolderAt(stateDir).instancesDir, hubName), instanceId);
}

async function removeLeftBehind(instancesDir: string): Promise<void> {
  for (const name of await readdir(instancesDir).catch(() => [])) {
    const pid = PROCESS_FOLDER.exec(name)?.[1];
    if (pid === undefined || isPidInUse(Number(pid))) continue;
    await rm(path.join(instancesDir, name), { recursive: true, force: true });
  }
}
