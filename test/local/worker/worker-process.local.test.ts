import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { WorkerToHost } from "../../../local/src/worker/messages.ts";
import { SpareWorker } from "../../../local/src/worker/spare-worker.ts";
import { fixtureApp, writeApp } from "../../helpers/function-app.ts";
import { isAlive } from "../../helpers/is-alive.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const MAIN = path.resolve("dist/worker/main.cjs");
const PRELOAD = ["--require", path.resolve("dist/worker/preload.cjs")];

async function startWorker(appDirectory: string) {
  const child = fork(MAIN, { cwd: appDirectory, execArgv: PRELOAD, serialization: "advanced", silent: true });
  onTestFinished(() => void child.kill("SIGKILL"));
  const messages: WorkerToHost[] = [];
  child.on("message", (message) => messages.push(message as WorkerToHost));
  child.send({ kind: "workerInitRequest", functionAppDirectory: appDirectory, hostVersion: "4.0.0" });
  return { child, messages };
}

const find = <Kind extends WorkerToHost["kind"]>(messages: WorkerToHost[], kind: Kind) =>
  messages.find((message): message is Extract<WorkerToHost, { kind: Kind }> => message.kind === kind);

test("the worker sends hello, then the app's registrations and capabilities", async () => {
  const { messages } = await startWorker(fixtureApp("durable"));
  const answer = await waitFor(() => find(messages, "workerInitResponse"));
  expect(messages[0]).toEqual({ kind: "startStream" });
  expect(answer.programmingModel).toBe("@azure/functions 4.16.5");
  expect(answer.capabilities).toMatchObject({ RawHttpBodyBytes: "true" });
  const chain = answer.functions.find((it) => it.name === "chain");
  expect(chain).toMatchObject({
    functionId: "chain",
    scriptFile: "main.js",
    directory: fixtureApp("durable"),
    bindings: [{ type: "orchestrationTrigger", name: "orchestrationTrigger56e21d4b3e", direction: "in" }],
  });
});

test("a process that was started before its app was known gets its environment and folder by a message", async () => {
  const appDir = await writeApp({
    "main.js": `const { app } = require("@azure/functions");
      app.http("seen", { handler: () => ({}) });
      console.log(JSON.stringify({ cwd: process.cwd(), own: process.env.OWN, present: process.env.PRESENT ?? null }));`,
  });
  const env = { ...process.env, PRESENT: "before" };
  const child = fork(MAIN, { cwd: tmpdir(), env, execArgv: PRELOAD, serialization: "advanced", silent: true });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = once(child.stdout!.setEncoding("utf8"), "data");
  const { PATH = "" } = process.env;
  const environmentVariables = { PATH, OWN: "value" };
  child.send({ kind: "functionEnvironmentReloadRequest", environmentVariables, functionAppDirectory: appDir });
  child.send({ kind: "workerInitRequest", functionAppDirectory: appDir, hostVersion: "4.0.0" });
  const seen = { cwd: await realpath(appDir), own: "value", present: null };
  expect(JSON.parse(String((await printed)[0]))).toEqual(seen);
});

test.each([
  ["another Node.js", { nodeFile: "/other/node" }],
  ["arguments for Node.js", { nodeArguments: ["--inspect"] }],
  ["another variable that Node.js reads", { env: { ...process.env, NODE_OPTIONS: "--no-warnings" } }],
])("a spare worker is not used for one that needs %s", (_, changes) => {
  const spare = new SpareWorker(process.env);
  const wanted = { appDirectory: fixtureApp("durable"), env: process.env, nodeFile: process.execPath };
  expect(spare.take({ ...wanted, ...changes })).toBeNull();
  expect(spare.take(wanted)).toBeNull();
});

test("a closed channel ends the worker", async () => {
  const { child, messages } = await startWorker(fixtureApp("durable"));
  await waitFor(() => find(messages, "workerInitResponse"));
  child.disconnect();
  expect(await exitOf(child)).toEqual([0, null]);
});

test("Ctrl-C in the terminal does not end the worker, as its host decides", async () => {
  const { child, messages } = await startWorker(fixtureApp("hooks"));
  await waitFor(() => find(messages, "workerInitResponse"));
  child.kill("SIGINT");
  child.send({ kind: "workerTerminate" });
  const output = child.stdout?.setEncoding("utf8").toArray();
  expect(await exitOf(child)).toEqual([0, null]);
  expect((await output)?.join("")).toContain("appTerminate after appStart");
});

test.skipIf(process.platform === "win32")("a worker stuck in a loop ends after its host was killed", async () => {
  const appDir = await writeApp({ "main.js": "console.log('busy', process.pid); for (;;);" });
  const host = path.join(await makeTempDir(), "host.cjs");
  await writeFile(
    host,
    `const child = require("node:child_process").fork(${JSON.stringify(MAIN)}, { execArgv: ${JSON.stringify(PRELOAD)}, serialization: "advanced" });
     child.send({ kind: "workerInitRequest", functionAppDirectory: ${JSON.stringify(appDir)}, hostVersion: "4" });`,
  );
  const parent = spawn(process.execPath, [host], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  parent.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const pid = await waitFor(() => Number(/busy (\d+)/.exec(printed)?.[1]) || undefined);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  parent.kill("SIGKILL");
  await waitFor(() => !isAlive(pid), { what: "the end of the worker" });
});

async function exitOf(child: ChildProcess): Promise<unknown[]> {
  return child.exitCode === null && child.signalCode === null
    ? once(child, "exit")
    : [child.exitCode, child.signalCode];
}
