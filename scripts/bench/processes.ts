import { readFileSync } from "node:fs";

// The kernel reports processor time in these units, on every architecture that Node runs on.
const TICKS_PER_S = 100;
const UTIME_FIELD = 11;
const STIME_FIELD = 12;
const PAGE_BYTES = 4096;

/** A process and its descendants; empty where the system does not report them, as outside Linux. */
export function processTree(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim().split(" ").filter(Boolean).map(Number);
  return children === undefined ? [] : [pid, ...children.flatMap(processTree)];
}

/** Total processor time of the processes since they started. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    // Skips the program name, which may contain spaces.
    const fields = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ") ?? [];
    return Number(fields[UTIME_FIELD] ?? 0) + Number(fields[STIME_FIELD] ?? 0);
  });
  return ticks.reduce((sum, it) => sum + it, 0) / TICKS_PER_S;
}

export function residentBytes(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(read(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0));
  return pages.reduce((sum, it) => sum + it, 0) * PAGE_BYTES;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
