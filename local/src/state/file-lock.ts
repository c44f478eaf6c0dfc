import { link, mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identifyThisProcess, isProcessAlive, type ProcessIdentity, readJson } from "@same-kit/shared";
import { newGuidN } from "../shared/ids.ts";
import { LockedError } from "./errors.ts";

const RETRY_MS = 25;
const FORGOTTEN_MS = 2000;

/**
 * Runs `action` while this call alone, of all processes, holds the lock `file`. A holder that died loses it.
 *
 * @throws LockedError if another process keeps it longer than `timeoutMs`.
 */
export async function withFileLock<Value>(
  file: string,
  action: () => Promise<Value>,
  { timeoutMs = 15_000 }: { timeoutMs?: number } = {},
): Promise<Value> {
  await acquire(file, timeoutMs);
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string, timeoutMs: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${newGuidN()}`;
  await writeFile(draft, JSON.stringify(identifyThisProcess()));
  try {
    for (const endsAt = performance.now() + timeoutMs; !(await tryLink(draft, file)); ) {
      const holder = (await readJson(file)) as ProcessIdentity | undefined;
      if (holder !== undefined && !isProcessAlive(holder)) await breakLock(file, holder);
      else if (performance.now() > endsAt) throw new LockedError(file, holder?.pid);
      else await delay(RETRY_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** A link appears with its content in one step, and only where nothing was. */
async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Two waiters may both find the holder dead: the second must not remove the lock that the first has taken meanwhile. */
async function breakLock(file: string, dead: ProcessIdentity): Promise<void> {
  const breaker = `${file}.breaker`;
  try {
    await writeFile(breaker, "", { flag: "wx" });
  } catch {
    await delay(RETRY_MS);
    return removeIfForgotten(breaker);
  }
  try {
    const holder = (await readJson(file)) as ProcessIdentity | undefined;
    if (holder?.pid === dead.pid && holder.startMark === dead.startMark) await rm(file, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

/** Breaking takes a moment: a file that is older belongs to a process that died in that moment. */
async function removeIfForgotten(breaker: string): Promise<void> {
  const made = await stat(breaker).catch(() => undefined);
  if (made !== undefined && Date.now() - made.mtimeMs > FORGOTTEN_MS) await rm(breaker, { force: true });
}
