import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { SpareProcess } from "../../../local/src/process/spare-process.ts";
import { isAlive } from "../../helpers/is-alive.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const CHILD = path.resolve("test/fixtures/processes/child.mjs");
const ENV = { ...process.env, NODE_OPTIONS: "--no-warnings", LANG: "C" };

function start(mode = "silent"): { child: ChildProcess; spare: SpareProcess } {
  const child = fork(CHILD, [mode], { env: ENV });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, spare: new SpareProcess(child, ENV) };
}

test("a spare process is taken once, and is then no longer ended", async () => {
  const { child, spare } = start("polite");
  const listeners = process.listenerCount("exit");
  expect(spare.take({ ...ENV, AzureWebJobsStorage: "x" })).toBe(child);
  expect(process.listenerCount("exit")).toBe(listeners - 1);
  expect(spare.take(ENV)).toBeNull();
  spare.discard();
  child.send({ kind: "stop" });
  expect(await once(child, "exit")).toEqual([0, null]);
});

test.each(["NODE_OPTIONS", "LANG", "TZ", "UV_THREADPOOL_SIZE", "NODE_EXTRA_CA_CERTS"])(
  "a spare process that was started with another %s is not taken, and ends",
  async (name) => {
    const { child, spare } = start();
    const end = once(child, "exit");
    expect(spare.take({ ...ENV, [name]: "other" })).toBeNull();
    expect(await end).toEqual([null, "SIGKILL"]);
  },
);

test("a spare process that has ended is not taken", async () => {
  const { child, spare } = start("crashing");
  await once(child, "exit");
  expect(spare.take(ENV)).toBeNull();
});

test("a spare process that cannot be started is not taken", async () => {
  const child = spawn("/nonexistent/node", [], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const failed = once(child, "error");
  const spare = new SpareProcess(child, ENV);
  await failed;
  expect(spare.take(ENV)).toBeNull();
});

test("an unused one ends after ten seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { child, spare } = start();
  const end = once(child, "exit");
  vi.advanceTimersByTime(9_999);
  expect(child.killed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await end).toEqual([null, "SIGKILL"]);
  expect(spare.take(ENV)).toBeNull();
});

test.each([
  ["ends", "process.exit(0)"],
  ["is killed", 'process.kill(process.pid, "SIGKILL")'],
])("it ends when the process that started it %s", async (_, end) => {
  const module = path.resolve("local/src/process/spare-process.ts");
  const script = `
    import { fork } from "node:child_process";
    import { SpareProcess } from ${JSON.stringify(module)};
    const child = fork(${JSON.stringify(CHILD)}, ["silent"]);
    new SpareProcess(child, process.env);
    process.stdout.write(String(child.pid), () => { ${end}; });`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = Number((await parent.stdout.setEncoding("utf8").toArray()).join(""));
  expect(pid).toBeGreaterThan(0);
  await waitFor(() => !isAlive(pid), { what: "the end of the spare process" });
});
