import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
// The LISTEN state in /proc/net/tcp.
const TCP_LISTEN = "0A";

export type PortOwner = { pid: number; command: string };

/**
 * Finds the process that listens on a TCP port of this machine.
 *
 * @returns `undefined` if there is none, or if the system does not report it (a process of another user).
 */
export async function findPortOwner(port: number): Promise<PortOwner | undefined> {
  const fromProc = process.platform === "linux" ? await findInProc(port).catch(() => undefined) : undefined;
  return fromProc ?? (await findWithLsof(port).catch(() => undefined));
}

/**
 * Describes the owner for an error message about a port in use, for example `process 4711 (python3 -m http.server)`.
 */
export function describePortOwner(owner: PortOwner | undefined): string {
  return owner === undefined ? "another process" : `process ${owner.pid} (${owner.command})`;
}

async function findInProc(port: number): Promise<PortOwner | undefined> {
  const inodes = new Set([
    ...(await listeningInodes("/proc/net/tcp", port)),
    ...(await listeningInodes("/proc/net/tcp6", port)),
  ]);
  if (inodes.size === 0) return undefined;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || !(await holdsSocket(name, inodes))) continue;
    return { pid: Number(name), command: await readCommand(name) };
  }
  return undefined;
}

async function listeningInodes(file: string, port: number): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === TCP_LISTEN)
    .map((fields) => fields[9] ?? "");
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const handle of handles) {
    const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function readCommand(pid: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.split("\0").join(" ").trim() || "name unknown";
}

async function findWithLsof(port: number): Promise<PortOwner | undefined> {
  const { stdout } = await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  if (pid === undefined) return undefined;
  const name = /^c(.+)$/m.exec(stdout)?.[1] ?? "name unknown";
  // lsof only reports the program's name.
  const whole = await run("ps", ["-ww", "-o", "args=", "-p", pid]).catch(() => ({ stdout: "" }));
  return { pid: Number(pid), command: whole.stdout.trim() || name };
}
