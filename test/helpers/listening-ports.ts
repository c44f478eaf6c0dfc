import { readdir, readFile, readlink } from "node:fs/promises";
import { listDescendants } from "../../local/src/process/kill-tree.ts";

const TCP_LISTEN = "0A";
const SOCKET = /^socket:\[(\d+)\]$/;

/** The ports that this process and its descendants listen on, from Linux's tables. */
export async function listeningPorts(): Promise<number[]> {
  const ports = await portsByInode();
  const pids = [process.pid, ...(await listDescendants(process.pid))];
  const inodes = (await Promise.all(pids.map(socketsOf))).flat();
  return [...new Set(inodes.flatMap((inode) => ports.get(inode) ?? []))];
}

async function portsByInode(): Promise<Map<string, number>> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  const rows = tables.flatMap((text) => text.split("\n").slice(1)).map((line) => line.trim().split(/\s+/));
  const listening = rows.filter((fields) => fields[3] === TCP_LISTEN);
  return new Map(
    listening.map(([, local = "", , , , , , , , inode = ""]) => [
      inode,
      Number.parseInt(local.split(":")[1] ?? "", 16),
    ]),
  );
}

async function socketsOf(pid: number): Promise<string[]> {
  const handles = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  const targets = await Promise.all(handles.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  return targets.flatMap((target) => SOCKET.exec(target)?.[1] ?? []);
}
