import { isProcessAlive, type ProcessIdentity, pollUntil } from "@same-kit/shared";
import { killTree } from "./kill-tree.ts";

const POLL_MS = 20;

/**
 * Ends a process that is not our child: sends SIGTERM, waits, then kills its process tree. Does nothing if it has
 * already ended. Windows has no SIGTERM, so there the process is only waited for: ours exit on their own once no one
 * uses them.
 */
export async function stopProcess(target: ProcessIdentity, { timeoutMs = 10_000 } = {}): Promise<void> {
  if (!isProcessAlive(target)) return;
  if (process.platform !== "win32") askToEnd(target.pid);
  if (await waitForEnd(target, timeoutMs)) return;
  await killTree(target.pid);
  await waitForEnd(target, timeoutMs);
}

/** @returns Whether it ended in time. */
export async function waitForEnd(target: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const ended = await pollUntil({
    attempt: () => (isProcessAlive(target) ? null : true),
    everyMs: POLL_MS,
    limitMs: timeoutMs,
  });
  return ended !== null;
}

function askToEnd(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has already ended.
  }
}
