import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { stopProcess } from "../process/stop-process.ts";
import { listRunFiles, type RunFile, readHostStorage as readStorageOf } from "../state/run-file.ts";
import { checkStateFormat, stateFolderAt } from "../state/state-folder.ts";
import { trustHost } from "./trust-host.ts";

const FOLLOW_POLL_MS = 200;
// A host lets running invocations finish for a while before it ends.
const STOP_TIMEOUT_MS = 30_000;

/** A running host as other commands see it. */
export type RunningHost = RunFile;

/**
 * Lists the hosts that run with this state folder, oldest first, and trusts their self-signed certificates from now on.
 *
 * @throws StateError `ERR_STATE_FORMAT` if a newer same-kit wrote the folder.
 */
export async function listRunningHosts(stateDir: string): Promise<RunningHost[]> {
  await checkStateFormat(stateDir);
  const hosts = await listRunFiles(stateFolderAt(stateDir).hostsDir);
  for (const host of hosts) await trustHost(host);
  return hosts;
}

/** The connection string of a host's storage, including its key; `undefined` if the host has ended. */
export async function readHostStorage(stateDir: string, host: RunningHost): Promise<string | undefined> {
  return readStorageOf(stateFolderAt(stateDir).hostsDir, host);
}

/** Ends a host of another process: asks it to stop, waits, then kills its process tree. */
export async function stopRunningHost(stateDir: string, { process }: RunningHost): Promise<void> {
  await stopProcess(process, { timeoutMs: STOP_TIMEOUT_MS });
  // A killed host leaves its run file behind, which listing removes.
  await listRunningHosts(stateDir);
}

/**
 * Yields what a detached host printed, in batches of whole lines; with `signal`, continues until that aborts.
 *
 * @returns Nothing for a foreground host, which prints to its terminal.
 */
export async function* readHostLog({ logFile }: RunningHost, follow?: { signal: AbortSignal }): AsyncGenerator<string> {
  if (logFile === undefined) return;
  // A line, or a character, may be half written when the file is read.
  let rest: Buffer = Buffer.alloc(0);
  for (let start = 0; ; ) {
    const end = (await stat(logFile).catch(() => undefined))?.size ?? 0;
    if (end > start) {
      for await (const chunk of createReadStream(logFile, { start, end: end - 1 })) {
        const bytes = Buffer.concat([rest, chunk as Buffer]);
        const lineEnd = bytes.lastIndexOf("\n") + 1;
        if (lineEnd > 0) yield bytes.toString("utf8", 0, lineEnd);
        rest = bytes.subarray(lineEnd);
      }
      start = end;
    }
    if (follow === undefined || follow.signal.aborted) break;
    await delay(FOLLOW_POLL_MS, undefined, follow).catch(() => {});
  }
  if (rest.length > 0) yield rest.toString("utf8");
}
