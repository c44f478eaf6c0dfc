import { isProcessAlive, type ProcessIdentity, pollUntil } from "@same-kit/shared";
import { killTree } from "./kill-tree.ts";

const POLL_MS = 20;

/**
 * Ends a process that is not our child: asks with SIGTERM, waits, then ends its whole tree. Does nothing where it has ended.
 * Windows knows no SIGTERM, so there the process is only waited for: ours end by themselves when nobody uses them.
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
    // It has ended meanwhile.
  }
}
