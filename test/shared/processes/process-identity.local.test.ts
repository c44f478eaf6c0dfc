import { spawn } from "node:child_process";
import { once } from "node:events";
import { identifyProcess, identifyThisProcess, isProcessAlive } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { waitForEnd } from "../../../local/src/process/stop-process.ts";

function startIdle() {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 60000)"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("this process is alive under its own identity", () => {
  expect(isProcessAlive(identifyThisProcess())).toBe(true);
});

test("an identity stays the same while its process runs, and ends with it", async () => {
  const child = startIdle();
  const identity = identifyProcess(child.pid as number);
  expect(identity).toBeDefined();
  expect(identifyProcess(child.pid as number)).toEqual(identity);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isProcessAlive(identity as NonNullable<typeof identity>)).toBe(false);
});

test("a later process with the same PID is a different process", () => {
  const identity = identifyThisProcess();
  expect(isProcessAlive({ ...identity, startMark: "an earlier time" })).toBe(false);
});

test("a process that does not exist has no identity", () => {
  expect(identifyProcess(2 ** 22 + 1)).toBeUndefined();
});

test("waiting for a process that keeps running ends at the deadline", async () => {
  expect(await waitForEnd(identifyThisProcess(), 50)).toBe(false);
});
