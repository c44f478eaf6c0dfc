import { type Clock, createSystemClock, silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { AppGeneration } from "../../../local/src/host/app-generation.ts";
import { AppRuntime, type AppRuntimeDeps } from "../../../local/src/host/app-runtime.ts";
import type { HostError } from "../../../local/src/host/errors.ts";
import type { WorkerExit } from "../../../local/src/worker/language-worker.ts";
import { waitFor } from "../../helpers/wait-for.ts";

/** A worker whose end is controlled by the test. */
class FakeWorker {
  readonly #exit = Promise.withResolvers<WorkerExit>();
  readonly #gone = Promise.withResolvers<void>();
  readonly exited = this.#exit.promise;
  readonly gone = Promise.race([this.#gone.promise, this.#exit.promise.then(() => {})]);
  readonly idle = Promise.withResolvers<void>();
  readonly hooksRun = Promise.withResolvers<void>();
  readonly terminated = Promise.race([this.hooksRun.promise, this.gone]);
  calls: string[] = [];

  /** Its process has exited, but its last lines have not arrived yet. */
  die(): void {
    this.#gone.resolve();
  }
  crash(code: number): void {
    this.#exit.resolve({ isWanted: false, code, signal: null, lastOutput: ["last words"] });
  }
  async waitForIdle(): Promise<void> {
    this.calls.push("waitForIdle");
    await this.idle.promise;
  }
  async terminate(): Promise<void> {
    this.calls.push("terminate");
    this.#exit.resolve({ isWanted: true, code: 0, signal: null, lastOutput: [] });
  }
  async kill(): Promise<void> {
    this.calls.push("kill");
    this.#exit.resolve({ isWanted: true, code: null, signal: "SIGKILL", lastOutput: [] });
  }
}

function setUp(overrides: Partial<AppRuntimeDeps> = {}) {
  const workers: FakeWorker[] = [];
  const sleeps: number[] = [];
  const gaveUp: HostError[] = [];
  const clock: Clock = { ...createSystemClock(), sleep: async (ms) => void sleeps.push(ms) };
  const start = async () => {
    workers.push(new FakeWorker());
    return { worker: workers.at(-1) } as unknown as AppGeneration;
  };
  const runtime = new AppRuntime({
    start,
    clock,
    log: silentLogger,
    report: () => {},
    maxCrashes: 3,
    isSequential: () => false,
    onChange: () => {},
    onGaveUp: (error) => gaveUp.push(error),
    ...overrides,
  });
  return { runtime, workers, sleeps, gaveUp };
}

test("the first restart is immediate, and each further one waits longer", async () => {
  const { runtime, workers, sleeps } = setUp();
  await runtime.start();
  for (const count of [1, 2, 3]) {
    workers.at(-1)?.crash(1);
    await waitFor(() => workers.length === count + 1 && runtime.state === "Running");
  }
  expect(sleeps).toEqual([0, 250, 500]);
});

test("a worker whose process has exited gets no more calls, even if its last output is still arriving", async () => {
  const { runtime, workers, sleeps } = setUp();
  await runtime.start();
  workers[0]?.die();
  await waitFor(() => runtime.current === undefined);
  const next = runtime.waitForGeneration(60_000);
  expect(sleeps).toEqual([]);
  workers[0]?.crash(1);
  expect((await next)?.worker).toBe(workers[1]);
});

test("one crash too many stops the runtime, and the error includes the last output", async () => {
  const { runtime, workers, gaveUp } = setUp({ maxCrashes: 0 });
  await runtime.start();
  workers[0]?.crash(9);
  await waitFor(() => gaveUp.length === 1);
  expect(gaveUp[0]?.message).toMatch(/exited with code 9\. Its last output:\nlast words/);
  expect(runtime.state).toBe("Error");
  expect(await runtime.waitForGeneration(60_000)).toBeUndefined();
});

test("a reload uses the new worker before the old one is idle, then stops the old one", async () => {
  const { runtime, workers } = setUp();
  await runtime.start();
  await runtime.reload(1000);
  expect(runtime.current?.worker).toBe(workers[1]);
  expect(workers[0]?.calls).toEqual(["waitForIdle"]);
  workers[0]?.idle.resolve();
  await waitFor(() => workers[0]?.calls.includes("terminate") ?? false);
  expect(workers).toHaveLength(2);
});

test("with a debugger the old worker stops before the new one starts", async () => {
  const { runtime, workers } = setUp({ isSequential: () => true });
  await runtime.start();
  const reloading = runtime.reload(1000);
  await waitFor(() => workers[0]?.calls.length === 1);
  expect(workers).toHaveLength(1);
  expect(runtime.current).toBeUndefined();
  workers[0]?.idle.resolve();
  await reloading;
  expect(workers[0]?.calls).toContain("terminate");
  expect(runtime.current?.worker).toBe(workers[1]);
});

test("a failed reload leaves the old worker in place", async () => {
  let isBroken = false;
  const worker = new FakeWorker();
  const { runtime } = setUp({
    start: async () => {
      if (isBroken) throw new Error("broken");
      return { worker } as unknown as AppGeneration;
    },
  });
  await runtime.start();
  isBroken = true;
  await expect(runtime.reload(1000)).rejects.toThrow("broken");
  expect(runtime.state).toBe("Running");
  expect(runtime.current?.worker).toBe(worker);
  expect(worker.calls).toEqual([]);
});

test("a replaced worker is not used for the next call, and does not count as a crash", async () => {
  const { runtime, workers, gaveUp } = setUp({ maxCrashes: 0 });
  await runtime.start();
  runtime.replace(runtime.current!, "too slow");
  expect(runtime.current).toBeUndefined();
  const generation = await runtime.waitForGeneration(10_000);
  expect(generation?.worker).toBe(workers[1]);
  expect(workers[0]?.calls).toEqual(["kill"]);
  expect(gaveUp).toEqual([]);
});

test("stop drains the worker, wakes up waiting callers, and may be called twice", async () => {
  const { runtime, workers } = setUp();
  await runtime.start();
  workers[0]?.idle.resolve();
  await Promise.all([runtime.stop(1000), runtime.stop(1000)]);
  expect(workers[0]?.calls).toEqual(["waitForIdle", "terminate"]);
  expect(runtime.state).toBe("Stopped");
  expect(await runtime.waitForGeneration(60_000)).toBeUndefined();
});

test("stop says when no code of the app runs any more, while the worker's process still ends", async () => {
  const { runtime, workers } = setUp();
  await runtime.start();
  const [worker] = workers as [FakeWorker];
  const end = Promise.withResolvers<void>();
  worker.terminate = () => end.promise;
  worker.idle.resolve();
  let hasStopped = false;
  const appEnded = Promise.withResolvers<void>();
  const stopping = runtime.stop(1000, appEnded.resolve).then(() => {
    hasStopped = true;
  });
  worker.hooksRun.resolve();
  await appEnded.promise;
  expect(hasStopped).toBe(false);
  end.resolve();
  await stopping;
});

test("stop waits a shorter time for a retired worker than a reload does", async () => {
  const { runtime, workers } = setUp();
  await runtime.start();
  await runtime.reload(2 ** 31 - 1);
  const [retired, current] = workers;
  current?.idle.resolve();
  const stopping = runtime.stop(0);
  await waitFor(() => retired?.calls.length === 2);
  retired?.idle.resolve();
  await stopping;
  expect(retired?.calls).toContain("terminate");
});

test("a stop during startup aborts the startup", async () => {
  const begun = Promise.withResolvers<void>();
  const { runtime } = setUp({
    start: (signal) => {
      begun.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    },
  });
  const starting = runtime.start();
  await begun.promise;
  await runtime.stop(1000);
  await expect(starting).rejects.toThrow("aborted");
  expect(runtime.state).toBe("Stopped");
});

test("a patient caller waits until an app that failed to load is fixed", async () => {
  const worker = new FakeWorker();
  let isBroken = true;
  const { runtime } = setUp({
    start: async () => {
      if (isBroken) throw new Error("broken");
      return { worker } as unknown as AppGeneration;
    },
  });
  await expect(runtime.start()).rejects.toThrow("broken");
  expect(await runtime.waitForGeneration(60_000)).toBeUndefined();
  const waiting = runtime.waitForGeneration(60_000, true);
  isBroken = false;
  await runtime.reload(0);
  expect((await waiting)?.worker).toBe(worker);
});
