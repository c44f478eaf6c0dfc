import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Kills a process and all its descendants immediately. A child in a process group of its own is found as well, because
 * the tree is read from the process table. Safe to call for a process that has already ended.
 */
export async function killTree(pid: number): Promise<void> {
  if (process.platform === "win32") {
    await run("taskkill", ["/pid", String(pid), "/T", "/F"]).catch(() => {});
    return;
  }
  const family = collectDescendants(pid, await listParents());
  // Parents first: a supervisor that sees its child exit would start another.
  for (const member of [pid, ...family]) killOne(member);
}

/** @returns Process ids below `pid`, nearest first. */
export async function listDescendants(pid: number): Promise<number[]> {
  return collectDescendants(pid, await listParents());
}

function collectDescendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const found: number[] = [];
  for (let level = [root]; level.length > 0; ) {
    const above = new Set(level);
    level = [...parents].filter(([, parent]) => above.has(parent)).map(([child]) => child);
    found.push(...level);
  }
  return found;
}

/** Maps each process to its parent. */
async function listParents(): Promise<Map<number, number>> {
  return process.platform === "linux" ? listParentsFromProc() : listParentsFromPs();
}

async function listParentsFromProc(): Promise<Map<number, number>> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
      const parent = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
      return parent === undefined ? undefined : ([Number(pid), Number(parent)] as const);
    }),
  );
  return new Map(pairs.filter((pair) => pair !== undefined));
}

async function listParentsFromPs(): Promise<Map<number, number>> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]));
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
}
