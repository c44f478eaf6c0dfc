import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import os from "node:os";
import { identifyProcess, identifyThisProcess, type ProcessIdentity } from "@same-kit/shared";

// Process ids are only comparable within the same boot and PID namespace; two containers may share a host name.
const MACHINE_FILES = [
  () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
  () => readlinkSync("/proc/self/ns/pid"),
];

/**
 * The name under which this process owns partitions: host, machine tag, process, random part. Never the bare host name:
 * a .NET host on this machine uses that, and two workers with the same name would both believe that they own a
 * partition.
 */
export function newWorkerId(): string {
  return [os.hostname(), machineTag(), processTag(identifyThisProcess()), randomBytes(4).toString("hex")].join("/");
}

/**
 * Whether `workerId` names a dead process of this machine, so that its partitions can be taken before their lease
 * expires: a host restarted after a crash then continues immediately. Unknown names count as alive.
 */
export function isGoneWorker(workerId: string): boolean {
  const [host, tag, owner = ""] = workerId.split("/");
  if (host !== os.hostname() || tag !== machineTag()) return false;
  const pid = Number.parseInt(owner, 10);
  if (Number.isNaN(pid)) return false;
  const now = identifyProcess(pid);
  // Without a start mark, as written by older versions, any process with this pid counts as the owner.
  return now === undefined || (owner.includes(".") && processTag(now) !== owner);
}

/** `pid.mark`; the mark distinguishes a process from a later one with the same pid. */
function processTag({ pid, startMark }: ProcessIdentity): string {
  if (startMark === undefined) return String(pid);
  return `${pid}.${createHash("sha256").update(startMark).digest("hex").slice(0, 8)}`;
}

function machineTag(): string {
  const hash = createHash("sha256").update(os.hostname());
  for (const read of MACHINE_FILES) {
    try {
      hash.update(read());
    } catch {
      // Not Linux: falls back to the host name.
    }
  }
  return hash.digest("hex").slice(0, 8);
}
