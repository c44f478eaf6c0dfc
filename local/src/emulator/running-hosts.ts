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

/** A host that runs now, as other commands see it. */
export type RunningHost = RunFile;

/**
 * The hosts that run with this state folder, oldest first. Certificates of their own are trusted from now on.
 *
 * @throws StateError `ERR_STATE_FORMAT` if a newer same-kit wrote the folder.
 */
export async function listRunningHosts(stateDir: string): Promise<RunningHost[]> {
  await checkStateFormat(stateDir);
  const hosts = await listRunFiles(stateFolderAt(stateDir).hostsDir);
  for (const host of hosts) await trustHost(host);
  return hosts;
}

/** The connection string of a host's storage, with its key; `undefined` when the host has ended. */
export async function readHostStorage(stateDir: string, host: RunningHost): Promise<string | undefined> {
  return readStorageOf(stateFolderAt(stateDir).hostsDir, host);
}

/** Ends a host of another process: asks, waits, then ends its whole tree. */
export async function stopRunningHost(stateDir: string, { process }: RunningHost): Promise<void> {
  await stopProcess(process, { timeoutMs: STOP_TIMEOUT_MS });
  // A host that had to be killed leaves its run file behind.
  await listRunningHosts(stateDir);
}

/**
 * What a detached host printed, in whole lines, several at once; with `signal`, it continues until that aborts.
 *
 * @returns Nothing for a host in the foreground, which prints to its terminal.
 */
export async function* readHostLog({ logFile }: RunningHost, follow?: { signal: AbortSignal }): AsyncGenerator<string> {
  if (logFile === undefined) return;
  // A line, and a character, may be half written when the file is read.
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
