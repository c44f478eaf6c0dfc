import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import os from "node:os";

// Only process ids of the same boot and the same PID namespace can be compared; two containers may share a host name.
const MACHINE_FILES = [
  () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
  () => readlinkSync("/proc/self/ns/pid"),
];

/**
 * The name under which this process owns partitions: host, machine tag, process id, random part. Never the bare host name: a
 * .NET host on this machine uses that, and two workers of one name both believe that they own a partition.
 */
export function newWorkerId(): string {
  return [os.hostname(), machineTag(), process.pid, randomBytes(4).toString("hex")].join("/");
}

/**
 * Whether `workerId` names a process of this machine that is gone, so that its partitions may be taken before their lease
 * ends: a host that is started again after a crash then continues at once. Unknown names, and process ids that another process
 * has got since, count as alive.
 */
export function isGoneWorker(workerId: string): boolean {
  const [host, tag, pid] = workerId.split("/");
  if (host !== os.hostname() || tag !== machineTag()) return false;
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function machineTag(): string {
  const hash = createHash("sha256").update(os.hostname());
  for (const read of MACHINE_FILES) {
    try {
      hash.update(read());
    } catch {
      // Not Linux: the host name has to do.
    }
  }
  return hash.digest("hex").slice(0, 8);
}
