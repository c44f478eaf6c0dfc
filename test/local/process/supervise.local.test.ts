import path from "node:path";
import { identifyProcess, isProcessAlive, type ProcessIdentity } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { type ChildSpec, ChildStartError, supervise } from "../../../local/src/process/supervise.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

async function start(mode: string, changes: Partial<ChildSpec> = {}) {
  const child = supervise({
    name: "The child",
    file: path.resolve("test/fixtures/processes/child.mjs"),
    args: [mode],
    logFile: path.join(await makeTempDir(), "child.log"),
    isReady: (message) => (message as { kind: string }).kind === "ready",
    readyTimeoutMs: 15_000,
    stopMessage: { kind: "stop" },
    ...changes,
  });
  onTestFinished(() => child.stop());
  return child;
}

test("a child that is asked to end does so, and its end counts as requested", async () => {
  const child = await start("polite");
  await child.ready;
  await child.stop();
  await expect(child.exited).resolves.toEqual({ isWanted: true, code: 0, signal: null });
  await expect(child.stop()).resolves.toBeUndefined();
});

test("a child that ignores the request is killed", async () => {
  const child = await start("deaf", { stopTimeoutMs: 100 });
  await child.ready;
  await child.stop();
  await expect(child.exited).resolves.toMatchObject({ isWanted: true, signal: "SIGKILL" });
});

test("a child that ends before it is ready is reported with its output", async () => {
  const child = await start("crashing");
  const error = await child.ready.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ChildStartError);
  expect((error as ChildStartError).message).toBe("The child ended with code 3 before it was ready.");
  expect((error as ChildStartError).lastOutput).toContain("the reason why");
  await expect(child.exited).resolves.toMatchObject({ isWanted: false, code: 3 });
});

test("a child that never reports ready runs into its deadline", async () => {
  const child = await start("silent", { readyTimeoutMs: 200, stopTimeoutMs: 100 });
  await expect(child.ready).rejects.toThrow("The child was not ready within 0.2 s.");
});

test("a crash after startup is distinguished from a stop", async () => {
  const child = await start("polite");
  await child.ready;
  process.kill(child.pid as number, "SIGKILL");
  await expect(child.exited).resolves.toEqual({ isWanted: false, code: null, signal: "SIGKILL" });
});

test("a released child lives on until it decides to exit", async () => {
  const child = await start("deaf");
  await child.ready;
  const identity = identifyProcess(child.pid as number) as ProcessIdentity;
  child.release();
  expect(isProcessAlive(identity)).toBe(true);
  process.kill(identity.pid, "SIGKILL");
  await waitFor(() => !isProcessAlive(identity), { what: "the end of the child" });
});
