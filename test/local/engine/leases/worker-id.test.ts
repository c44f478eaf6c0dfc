import { spawnSync } from "node:child_process";
import os from "node:os";
import { expect, test } from "vitest";
import { isGoneWorker, newWorkerId } from "../../../../local/src/engine/leases/worker-id.ts";

const withPid = (pid: number | string) => newWorkerId().split("/").with(2, String(pid)).join("/");

test("two workers of one process have different IDs, neither of which is the plain host name", () => {
  expect(newWorkerId()).not.toBe(newWorkerId());
  expect(newWorkerId()).not.toBe(os.hostname());
});

test("a process that ended is gone, and a running one is not", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(isGoneWorker(withPid(pid))).toBe(true);
  expect(isGoneWorker(withPid(process.ppid))).toBe(false);
  expect(isGoneWorker(newWorkerId())).toBe(false);
});

test.skipIf(process.platform === "win32")("a process whose PID was reused is gone", () => {
  expect(isGoneWorker(withPid(`${process.pid}.00000000`))).toBe(true);
});

test("an ID that cannot be checked on this machine counts as alive", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(isGoneWorker(withPid(pid).replace(os.hostname(), "elsewhere"))).toBe(false);
  expect(isGoneWorker(withPid(pid).split("/").with(1, "otherboot").join("/"))).toBe(false);
  expect(isGoneWorker(os.hostname())).toBe(false);
  expect(isGoneWorker(withPid("unknown"))).toBe(false);
});
