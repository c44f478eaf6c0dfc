import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { appPythonDir, isRunning, listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;

// Starts a child, one that leaves the process group, and one that leaves its parent too; prints all process IDs.
const SPAWNING = [
  "import os, subprocess, sys",
  "plain = subprocess.Popen(['sleep', '300'])",
  "leaves = subprocess.Popen(['sleep', '300'], start_new_session=True)",
  "start = 'import subprocess; quiet = subprocess.DEVNULL; '",
  'start += \'print(subprocess.Popen(["sleep", "300"], start_new_session=True, stdout=quiet).pid)\'',
  "daemon = subprocess.run([sys.executable, '-c', start], stdout=subprocess.PIPE, universal_newlines=True)",
  "print('pids', os.getpid(), os.getppid(), plain.pid, leaves.pid, daemon.stdout.strip(), flush=True)",
];
const toPids = (line: string): number[] => line.split(" ").slice(1).map(Number);
// macOS has no way to track a process that left both its group and its parent.
const held = (pids: number[]): number[] => (process.platform === "linux" ? pids : pids.slice(0, 3));

/** Runs `code` as a step in a separate process, and resolves with the IDs that it prints. */
async function startStep(code: string[]): Promise<{ worker: ChildProcess; pids: number[]; stepsDir: string }> {
  const tempDir = await makeTempDir();
  const stepsDir = path.join(tempDir, "steps");
  mkdirSync(stepsDir);
  const script = "test/fixtures/processes/step-user.mjs";
  const flags = ["--experimental-transform-types", "--no-warnings"];
  const worker = spawn(process.execPath, [...flags, script, appPythonDir, python, tempDir, code.join("\n")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void worker.kill("SIGKILL"));
  for await (const line of createInterface({ input: worker.stdout })) {
    if (line.startsWith("pids ")) return { worker, pids: toPids(line), stepsDir };
  }
  throw new Error("The step ended before it printed its process IDs.");
}

test.each([
  ["sleeps", "import time\ntime.sleep(300)"],
  ["never yields to other Python threads", "import re\nre.match('(a+)+$', 'a' * 64 + 'b')"],
  ["ignores signals", "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(300)"],
])("kill -9 of the worker ends a step that %s, everything it started, and its folder", async (_, rest) => {
  const { worker, pids, stepsDir } = await startStep([...SPAWNING, rest]);
  await waitFor(() => readdirSync(stepsDir).length === 2, { what: "the spare's folder" });
  worker.kill("SIGKILL");
  await waitFor(() => held(pids).every((pid) => !isRunning(pid)), { what: `the end of ${pids}` });
  await waitFor(() => readdirSync(stepsDir).length === 0, { what: "the end of both folders" });
});

test("the time limit ends the whole process tree of a step, with an explanation", async () => {
  const runner = await StepRunner.start({ python, limits: { stepTimeoutMs: 4000 } });
  const failure = await runner.fail([...SPAWNING, "import time\ntime.sleep(300)"].join("\n"));
  expect(failure).toMatchObject({ type: "TimeoutError", message: expect.stringContaining("SAME_STEP_TIMEOUT") });
  const pids = held(toPids(runner.lines.find((line) => line.startsWith("pids ")) ?? ""));
  expect(pids.length).toBeGreaterThanOrEqual(3);
  expect(pids.filter(isRunning)).toEqual([]);
  await runner.runtime.stop();
  expect(readdirSync(runner.tempDir)).toEqual([]);
});

test("a step whose run was purged is ended, and leaves nothing in storage", async () => {
  const runner = await StepRunner.start({ python });
  let asked = 0;
  runner.howRunEnded = async () => {
    asked += 1;
    if (asked === 1) throw new Error("no answer");
    return runner.lines.some((line) => line.startsWith("pids ")) ? "purged" : null;
  };
  const failure = await runner.fail([...SPAWNING, "import time\ntime.sleep(300)"].join("\n"), { isLast: false });
  expect(failure.type).toBe("RunOver");
  const pids = held(toPids(runner.lines.find((line) => line.startsWith("pids ")) ?? ""));
  expect(pids.filter(isRunning)).toEqual([]);
  expect(runner.blobs.contents.size).toBe(0);
});

test("background work of a step ends with it", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete(SPAWNING.join("\n"));
  const pids = held(toPids(runner.lines.find((line) => line.startsWith("pids ")) ?? ""));
  expect(pids.filter(isRunning)).toEqual([]);
});
