import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { stateFolderAt } from "@same-kit/local";
import { folderSize, hint, OperationError, sameKit } from "@same-kit/shared";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { Emulator } from "../ports.ts";

type CleanResult = { runs: number; freedBytes: number; keptRuns: number; removedStorage: boolean };

/**
 * Removes the records of runs that have ended and, once no unfinished run needs it, the storage's data.
 *
 * @param includesUnfinished - Also removes runs that could be continued.
 * @throws OperationError `ERR_HOST_RUNNING` while a host uses the folder.
 */
export async function localClean(
  stateDir: string,
  includesUnfinished: boolean,
  emulator: Emulator,
): Promise<CleanResult> {
  const hosts = await emulator.listHosts(stateDir);
  if (hosts.length > 0) throw stillRunning(hosts.map(({ url }) => url));
  const records = new RunRecords(stateDir);
  const runs = await records.list();
  const isUnfinished = ({ record: { state } }: RunFolder) =>
    state === "running" || state === "suspended" || state === "lost";
  const kept = includesUnfinished ? [] : runs.filter(isUnfinished);
  const removed = runs.filter((run) => !kept.includes(run));
  let freedBytes = 0;
  for (const run of removed) freedBytes += await records.remove(run);
  const { azuriteDir, hostsDir, hubsDir, instancesDir, tracesDir } = stateFolderAt(stateDir);
  const removesStorage = kept.length === 0;
  if (removesStorage) freedBytes += (await removeContent(azuriteDir)) + (await removeContent(instancesDir));
  freedBytes += await removeContent(hostsDir);
  freedBytes += await removeContent(hubsDir);
  freedBytes += await removeContent(tracesDir);
  return { runs: removed.length, freedBytes, keptRuns: kept.length, removedStorage: removesStorage };
}

async function removeContent(dir: string): Promise<number> {
  const size = await folderSize(dir);
  for (const name of await readdir(dir).catch(() => []))
    await rm(path.join(dir, name), { recursive: true, force: true });
  return size;
}

function stillRunning(urls: readonly string[]): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_HOST_RUNNING",
    message: `Nothing was removed, because a host runs at ${urls.join(", ")}.`,
    hint: hint`Stop it with ${sameKit("local down")}, then clean again.`,
  });
}
