import { setImmediate } from "node:timers/promises";
import { silentLogger } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { listenToQueue, type MessageOutcome } from "../../../../local/src/bindings/queues/queue-listener.ts";
import { queueSettings } from "../../../../local/src/bindings/queues/queue-settings.ts";
import { createMemoryStorage } from "../../../../local/src/storage/memory/memory-storage.ts";
import { VirtualClock } from "../../../helpers/virtual-clock.ts";

type Settings = Record<string, unknown>;

async function listen(
  handle: (text: string, dequeueCount: number) => Promise<MessageOutcome>,
  settings: Settings = {},
  messages: readonly string[] = ["a"],
) {
  const clock = new VirtualClock();
  const storage = createMemoryStorage({ clock });
  const [queue, poisonQueue] = [storage.queue("incoming"), storage.queue("incoming-poison")];
  await queue.createIfNotExists();
  for (const text of messages) await queue.send(text);
  const stopping = new AbortController();
  const state = { isReady: true };
  const poisoned: string[] = [];
  const listening = listenToQueue(
    {
      queue,
      poisonQueue,
      settings: queueSettings({ queues: settings }),
      isReady: () => state.isReady,
      handle: ({ text, dequeueCount }) => handle(text, dequeueCount),
      reportPoison: ({ text }) => poisoned.push(text),
      clock,
      log: silentLogger,
    },
    stopping.signal,
  );
  const stop = async () => {
    stopping.abort();
    await listening;
  };
  onTestFinished(stop);
  /** Advances the time in small steps, and runs everything that becomes due. */
  const pass = async (seconds: number) => {
    const endMs = clock.now().getTime() + seconds * 1000;
    await settle();
    while (clock.now().getTime() < endMs) {
      clock.moveTo(Math.min(clock.nextDueMs({ withRoutine: true }) ?? endMs, endMs));
      await settle();
    }
  };
  return { queue, poisonQueue, state, poisoned, stop, pass };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

test("a message is deleted once its function has succeeded", async () => {
  const seen: string[] = [];
  const { queue, pass } = await listen(async (text) => {
    seen.push(text);
    return "done";
  });
  await pass(60);
  expect(seen).toEqual(["a"]);
  expect(queue.messages()).toEqual([]);
});

test("a failed message becomes visible again after the visibility timeout, and ends in the poison queue", async () => {
  const counts: number[] = [];
  const handle = async (_: string, count: number): Promise<MessageOutcome> => {
    counts.push(count);
    return "failed";
  };
  const { queue, poisonQueue, poisoned, pass } = await listen(handle, {
    maxDequeueCount: 3,
    visibilityTimeout: "00:00:30",
  });
  await pass(29);
  expect(counts).toEqual([1]);
  await pass(70);
  expect(counts).toEqual([1, 2, 3]);
  expect(queue.messages()).toEqual([]);
  expect(poisonQueue.messages().map(({ text }) => text)).toEqual(["a"]);
  expect(poisoned).toEqual(["a"]);
});

test("a call that could not be made does not count as a failure of the message", async () => {
  const counts: number[] = [];
  const handle = async (_: string, count: number): Promise<MessageOutcome> => {
    counts.push(count);
    return count < 3 ? "retry" : "done";
  };
  const { poisoned, pass } = await listen(handle);
  await pass(30);
  expect(counts).toEqual([1, 2, 3]);
  expect(poisoned).toEqual([]);
});

test("a message that crashed every process that received it is not delivered once more", async () => {
  const counts: number[] = [];
  const { queue, state, poisoned, pass } = await listen(
    async (_, count) => {
      counts.push(count);
      return "done";
    },
    { maxDequeueCount: 2 },
  );
  state.isReady = false;
  await pass(5);
  counts.length = 0;
  await queue.send("b");
  for (let crash = 0; crash < 2; crash += 1) {
    await queue.receive({ count: 1, visibilityTimeoutS: 1 });
    await pass(2);
  }
  state.isReady = true;
  await pass(5);
  expect(counts).toEqual([]);
  expect(poisoned).toEqual(["b"]);
});

test("a message stays hidden for as long as its function runs", async () => {
  const ends = Promise.withResolvers<MessageOutcome>();
  const { queue, pass } = await listen(() => ends.promise);
  await pass(300);
  expect(await queue.receive({ count: 1, visibilityTimeoutS: 1 })).toEqual([]);
  ends.resolve("done");
  await pass(1);
  expect(queue.messages()).toEqual([]);
});

test("the number of messages in progress stays within the settings", async () => {
  let [running, most] = [0, 0];
  const ends: (() => void)[] = [];
  const handle = async (): Promise<MessageOutcome> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
    return "done";
  };
  const messages = Array.from({ length: 20 }, (_, index) => String(index));
  const { queue, pass } = await listen(handle, { batchSize: 4, newBatchThreshold: 2 }, messages);
  while (queue.messages().length > 0) {
    await pass(0.2);
    ends.shift()?.();
  }
  // A batch of four arrives while two messages are still in progress.
  expect(most).toBe(6);
});

test("no message is received while there is no worker", async () => {
  let calls = 0;
  const { state, pass, queue } = await listen(
    async () => {
      calls += 1;
      return "done";
    },
    {},
    [],
  );
  state.isReady = false;
  await queue.send("a");
  await pass(60);
  expect(calls).toBe(0);
  state.isReady = true;
  await pass(3);
  expect(calls).toBe(1);
});

test("stopping waits for the messages in progress, and records their results", async () => {
  const ends = Promise.withResolvers<MessageOutcome>();
  const { queue, stop, pass } = await listen(() => ends.promise);
  await pass(0.1);
  const stopped = stop();
  ends.resolve("done");
  await stopped;
  expect(queue.messages()).toEqual([]);
});

test("the message of a killed host is handled by the next host within half a minute", async () => {
  const clock = new VirtualClock();
  const storage = createMemoryStorage({ clock });
  const queue = storage.queue("incoming");
  await queue.createIfNotExists();
  await queue.send("a");
  // All that is left of a host that was killed in the middle of a call.
  await queue.receive({ count: 1, visibilityTimeoutS: 30 });
  const seen: number[] = [];
  const stopping = new AbortController();
  const listening = listenToQueue(
    {
      queue,
      poisonQueue: storage.queue("incoming-poison"),
      settings: queueSettings({}),
      isReady: () => true,
      async handle({ dequeueCount }) {
        seen.push(dequeueCount);
        return "done";
      },
      reportPoison: () => {},
      clock,
      log: silentLogger,
    },
    stopping.signal,
  );
  for (let second = 0; second < 33; second += 1) {
    await settle();
    clock.moveTo(clock.now().getTime() + 1_000);
  }
  await settle();
  stopping.abort();
  await listening;
  expect(seen).toEqual([2]);
  expect(queue.messages()).toEqual([]);
});

test("the listener waits for a queue that does not exist yet", async () => {
  const clock = new VirtualClock();
  const storage = createMemoryStorage({ clock });
  const stopping = new AbortController();
  const queue = storage.queue("later");
  const seen: string[] = [];
  const listening = listenToQueue(
    {
      queue,
      poisonQueue: storage.queue("later-poison"),
      settings: queueSettings({}),
      isReady: () => true,
      async handle({ text }) {
        seen.push(text);
        return "done";
      },
      reportPoison: () => {},
      clock,
      log: silentLogger,
    },
    stopping.signal,
  );
  await settle();
  await queue.createIfNotExists();
  await queue.send("a");
  clock.moveTo(clock.now().getTime() + 5_000);
  await settle();
  stopping.abort();
  await listening;
  expect(seen).toEqual(["a"]);
});
