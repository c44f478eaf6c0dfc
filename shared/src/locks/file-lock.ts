import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { OperationError } from "../errors.ts";
import { isRecord } from "../is-record.ts";
import { identifyThisProcess, isProcessAlive, type ProcessIdentity } from "../processes/process-identity.ts";
import { pollUntil } from "../waiting/poll-until.ts";

const RETRY_MS = 25;
const BREAKER_LIFETIME_MS = 2000;

/** Exclusive ownership of a lock file. */
export type FileLock = { release(): Promise<void> };

/** Another process holds the lock. */
export class LockedError extends OperationError<"ERR_STATE_LOCKED"> {
  /** Undefined if the lock file could not be read. */
  readonly holderPid: number | undefined;

  constructor(file: string, holderPid: number | undefined) {
    super({
      code: "ERR_STATE_LOCKED",
      message: `${file} has been held by process ${holderPid ?? "unknown"} for too long.`,
      hint: "Wait for that process to finish, or stop it, and try again.",
    });
    this.holderPid = holderPid;
  }
}

/**
 * Runs `action` while this call exclusively holds the lock `file`, across all processes. A holder that died loses the
 * lock.
 *
 * @param options - `makesFolder: false`: if the folder was removed, it is not recreated and `ENOENT` is thrown.
 * @throws LockedError if another process holds the lock longer than `timeoutMs`.
 */
export async function withFileLock<Value>(
  file: string,
  action: () => Promise<Value>,
  { timeoutMs = 15_000, makesFolder = true }: { timeoutMs?: number; makesFolder?: boolean } = {},
): Promise<Value> {
  const lock = await waitForLock(file, { timeoutMs, makesFolder });
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

/**
 * Takes the lock `file` unless a living process holds it.
 *
 * @returns `undefined` while another process holds it.
 */
export async function tryFileLock(file: string): Promise<FileLock | undefined> {
  const result = takeOrFindHolder(file, true);
  return "release" in result ? result : undefined;
}

async function waitForLock(
  file: string,
  { timeoutMs, makesFolder }: { timeoutMs: number; makesFolder: boolean },
): Promise<FileLock> {
  let holderPid: number | undefined;
  const lock = await pollUntil({
    attempt: async () => {
      const result = takeOrFindHolder(file, makesFolder);
      if ("release" in result) return result;
      holderPid = result.pid;
      return null;
    },
    everyMs: RETRY_MS,
    limitMs: timeoutMs,
  });
  if (lock === null) throw new LockedError(file, holderPid);
  return lock;
}

/** Content of a lock file; `missing` if it was released in the meantime, `damaged` after a power failure. */
type Holder = ProcessIdentity | "missing" | "damaged";

// Synchronous: each operation takes microseconds, a round trip through the thread pool much longer, and a start takes several locks.
function takeOrFindHolder(file: string, makesFolder: boolean): FileLock | { pid: number | undefined } {
  if (makesFolder) mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(identifyThisProcess()), { mode: 0o600 });
  try {
    const taken = { release: async () => rmSync(file, { force: true }) };
    if (tryLink(draft, file)) return taken;
    const holder = readHolder(file);
    if (isGone(holder)) {
      breakLock(file, holder);
      if (tryLink(draft, file)) return taken;
    }
    return { pid: typeof holder === "string" ? undefined : holder.pid };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A hard link appears atomically, with its content, and only if the target does not exist. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): Holder {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(holder) && typeof holder["pid"] === "number" ? (holder as ProcessIdentity) : "damaged";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    if (error instanceof SyntaxError) return "damaged";
    throw error;
  }
}

const isGone = (holder: Holder): holder is ProcessIdentity | "damaged" =>
  holder === "damaged" || (holder !== "missing" && !isProcessAlive(holder));

/** Two waiters may both find the holder dead: the second must not remove the lock that the first has just taken. */
function breakLock(file: string, gone: ProcessIdentity | "damaged"): void {
  const breaker = `${file}.breaker`;
  try {
    writeFileSync(breaker, "", { flag: "wx" });
  } catch {
    removeIfAbandoned(breaker);
    return;
  }
  try {
    if (isDeepStrictEqual(readHolder(file), gone)) rmSync(file, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** Breaking a lock takes a moment: an older breaker file belongs to a process that died while breaking. */
function removeIfAbandoned(breaker: string): void {
  const made = statSync(breaker, { throwIfNoEntry: false });
  if (made !== undefined && Date.now() - made.mtimeMs > BREAKER_LIFETIME_MS) rmSync(breaker, { force: true });
}
