import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Identifies a process, distinguishing it from a later process with the same pid. */
export type ProcessIdentity = {
  pid: number;
  /** When the process started, in the system's own format; absent where the system does not provide it. */
  startMark?: string;
};

/** @returns `undefined` if no such process is alive; a zombie counts as dead. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!isPidInUse(pid)) return undefined;
  const startMark = readStartMark(pid);
  if (startMark === "dead") return undefined;
  return startMark === undefined ? { pid } : { pid, startMark };
}

/** Whether exactly this process is still running. */
export function isProcessAlive(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  if (now === undefined) return false;
  return now.startMark === undefined || identity.startMark === undefined || now.startMark === identity.startMark;
}

/** The identity of this process; without a start mark where the system does not provide one. */
export function identifyThisProcess(): ProcessIdentity {
  return identifyProcess(process.pid) ?? { pid: process.pid };
}

/**
 * Whether any process, including another user's, has this pid. Pids are reused: prefer {@link isProcessAlive} where a
 * start mark is known.
 */
export function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readStartMark(pid: number): string | "dead" | undefined {
  switch (process.platform) {
    case "linux":
      return readLinuxStartMark(pid);
    case "win32":
      return undefined;
    default:
      return readPsStartMark(pid);
  }
}

/** Field 22 of `/proc/<pid>/stat` counts clock ticks since boot, so the boot id is part of the mark. */
function readLinuxStartMark(pid: number): string | "dead" | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return "dead";
  // The command name is in parentheses and may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return "dead";
  return `${readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "boot"}/${fields[19]}`;
}

function readPsStartMark(pid: number): string | "dead" | undefined {
  try {
    const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, stdio: "pipe" } as const;
    const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], options)
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? "dead" : started.join(" ");
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
