import { createLogger, type LogEntry, type Logger, silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import type { Inbox } from "../../../../local/src/engine/delivery/queue-reader.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import type { EpisodeInput, EpisodeResult } from "../../../../local/src/engine/orchestrations/episode-types.ts";
import {
  OrchestrationDispatcher,
  type OrchestrationDispatcherDeps,
} from "../../../../local/src/engine/orchestrations/orchestration-dispatcher.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";

const PUT_OFF: EpisodeResult = { kind: "abandoned", reason: "as the test wants it" };

/** A dispatcher that reads one queue, filled by the test; no episode has a result. */
function open(
  runEpisode: (input: EpisodeInput) => Promise<EpisodeResult> = async () => PUT_OFF,
  log: Logger = silentLogger,
  writeRow: () => Promise<void> = async () => {},
) {
  const loaded: string[] = [];
  const wakes: string[] = [];
  const done: string[] = [];
  const inboxes = new Map<string, Inbox>();
  const note = (what: string) => async (message: ReceivedMessage) => void done.push(`${message.messageId} ${what}`);
  const delivery = {
    read(queueName: string, into: Inbox) {
      inboxes.set(queueName, into);
      return { wake: () => void wakes.push(queueName), stop: async () => {} };
    },
    abandon: note("abandoned"),
    release: note("released"),
    delete: note("deleted"),
  };
  const session = {
    histories: {
      load: async (instanceId: string) => {
        loaded.push(instanceId);
        return { events: [], executionId: null, etag: null, blobNames: [] };
      },
      append: async () => ({ etag: "1", blobNames: [], inputBlob: null, outputBlob: null }),
    },
    instances: {
      findRow: async () => ({ etag: "row", executionId: "e1", status: "Running" }),
      async writeEpisode() {
        await writeRow();
        return { kind: "written", etag: "row" };
      },
    },
    payloads: {},
    delivery,
    runEpisode,
    clock: new FakeClock(),
    maxBatch: 16,
    log,
  };
  const settings = {
    controlQueueBatchSize: 32,
    controlQueueBufferThreshold: 3,
    maxConcurrentOrchestratorFunctions: 10,
  };
  const dispatcher = new OrchestrationDispatcher({
    delivery,
    session,
    settings,
  } as unknown as OrchestrationDispatcherDeps);
  dispatcher.open("queue");
  const take = (instanceId: string, queueName = "queue") =>
    inboxes.get(queueName)?.take({
      messageId: instanceId,
      queueName,
      data: dataFor(instanceId),
    } as unknown as ReceivedMessage);
  return {
    dispatcher,
    loaded,
    wakes,
    done,
    take,
    makeRoom: (queueName = "queue") => inboxes.get(queueName)?.makeRoom(),
  };
}

function dataFor(instanceId: string) {
  const { taskMessage, sender } = eventMessage(null, instanceId);
  return { TaskMessage: taskMessage, Sender: sender };
}

/** Runs everything that does not wait for time to pass. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const IDLE = 500;

test("a limited number of histories stays in memory, and the least recently used are evicted", async () => {
  const { loaded, take } = open();
  const names = Array.from({ length: IDLE + 1 }, (_, index) => `i${index}`);
  for (const name of names.slice(0, IDLE)) take(name);
  await settle();
  take("i0"); // It is used again, so that i1 is the oldest.
  await settle();
  take(`i${IDLE}`);
  await settle();
  expect(loaded).toEqual(names);
  take("i0");
  take("i2");
  await settle();
  expect(loaded.slice(names.length)).toEqual([]);
  take("i1");
  await settle();
  expect(loaded.slice(names.length)).toEqual(["i1"]);
});

test("a problem that needs user action is a warning, logged once per instance", async () => {
  const logged: LogEntry[] = [];
  const warning = { text: "Of another version.", fields: { version: "3.0" } };
  const { take } = open(
    async () => ({ ...PUT_OFF, warning }),
    createLogger((entry) => logged.push(entry), "engine"),
  );
  for (const instanceId of ["abc", "abc", "def", "abc"]) {
    take(instanceId);
    await settle();
  }
  expect(logged.filter((it) => it.level === "warn")).toMatchObject([
    { message: "Of another version.", fields: { instanceId: "abc", version: "3.0" } },
    { message: "Of another version.", fields: { instanceId: "def", version: "3.0" } },
  ]);
});

test("an instance whose queue was lost and regained waits for the old episode, which can no longer be saved", async () => {
  const first = Promise.withResolvers<EpisodeResult>();
  let begun = 0;
  const { dispatcher, take } = open(async () => {
    begun += 1;
    return begun === 1 ? first.promise : PUT_OFF;
  });
  take("abc");
  await settle();
  dispatcher.lose("queue");
  dispatcher.open("queue");
  take("abc");
  take("def");
  await settle();
  expect(begun).toBe(2); // Another instance continues.
  first.resolve(PUT_OFF);
  await settle();
  expect(begun).toBe(3);
});

test("no more messages are fetched while too many wait, and reading resumes when an instance is done", async () => {
  const episode = Promise.withResolvers<EpisodeResult>();
  const { take, makeRoom, wakes } = open(() => episode.promise);
  take("a");
  await settle(); // It is in progress, so that the next ones wait.
  for (let count = 0; count < 2; count += 1) take("a");
  expect(makeRoom()).toBe(32);
  take("a");
  expect(makeRoom()).toBe(0);
  expect(wakes).toEqual([]);
  episode.resolve(PUT_OFF);
  await settle();
  expect([wakes, makeRoom()]).toEqual([["queue"], 32]);
});

test("a forgotten instance is loaded again, unless it is in progress", async () => {
  const episodes = [Promise.withResolvers<EpisodeResult>(), Promise.withResolvers<EpisodeResult>()];
  const waiting = [...episodes];
  const { dispatcher, loaded, take } = open(() => waiting.shift()?.promise ?? Promise.resolve(PUT_OFF));
  take("a");
  await settle();
  dispatcher.forget("a");
  episodes[0]?.resolve(PUT_OFF);
  await settle();
  take("a");
  await settle();
  expect(loaded).toEqual(["a"]);
  episodes[1]?.resolve(PUT_OFF);
  await settle();
  dispatcher.forget("a");
  take("a");
  await settle();
  expect(loaded).toEqual(["a", "a"]);
});

test("a message that arrives at the very end of an episode is processed", async () => {
  const { take, done } = open();
  const turns = 40;
  for (let turn = 0; turn < turns; turn += 1) {
    take(`i${turn}`);
    for (let passed = 0; passed < turn; passed += 1) await Promise.resolve();
    take(`i${turn}`);
    await settle();
  }
  expect(done).toHaveLength(2 * turns);
});

/** Episodes of `held` instances end when the test says so; `begun` are those that have begun. */
function holdEpisodes(result: EpisodeResult = PUT_OFF) {
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<EpisodeResult>>();
  const hold = (instanceId: string) => gates.set(instanceId, Promise.withResolvers());
  const run = async ({ instanceId }: EpisodeInput) => {
    begun.push(instanceId);
    return gates.get(instanceId)?.promise ?? PUT_OFF;
  };
  const end = async (instanceId: string) => {
    gates.get(instanceId)?.resolve(result);
    gates.delete(instanceId);
    await settle();
  };
  return { begun, hold, run, end };
}

const SAVED: EpisodeResult = {
  kind: "advanced",
  executionId: "e1",
  events: [historyEvents.executionStarted()],
  newEventCount: 1,
  isNewGeneration: false,
  outgoing: [],
  customStatus: null,
};

describe("a queue that is drained", () => {
  test("lets its episodes end and releases what waits, and leaves other queues alone", async () => {
    const { begun, hold, run, end } = holdEpisodes();
    const { dispatcher, done, loaded, take } = open(run);
    dispatcher.open("other");
    hold("a");
    hold("b");
    take("a");
    take("b", "other");
    await settle();
    take("a");
    take("b", "other");
    let isDrained = false;
    const draining = dispatcher.drain("queue").then(() => {
      isDrained = true;
    });
    await settle();
    expect(done).toEqual(["a released"]);
    expect(isDrained).toBe(false);
    await end("a");
    await draining;
    expect(done).toEqual(["a released", "a abandoned"]);
    await end("b");
    expect(done.slice(2)).toEqual(["b abandoned", "b abandoned"]);
    expect(begun).toEqual(["a", "b", "b"]);
    // What was in memory of its instances may be out of date by the time it is read again.
    dispatcher.open("queue");
    take("a");
    await settle();
    expect(loaded).toEqual(["a", "b", "a"]);
  });

  test("waits for the row of its last checkpoint", async () => {
    const written = Promise.withResolvers<void>();
    const { dispatcher, done, take } = open(
      async () => SAVED,
      silentLogger,
      () => written.promise,
    );
    take("a");
    await settle();
    let isDrained = false;
    const draining = dispatcher.drain("queue").then(() => {
      isDrained = true;
    });
    await settle();
    expect(isDrained).toBe(false);
    written.resolve();
    await draining;
    expect(done).toEqual(["a deleted"]);
  });

  test("may be one that was never read", async () => {
    const { dispatcher, done } = open();
    await dispatcher.drain("other");
    expect(done).toEqual([]);
  });
});

describe("a queue that is lost", () => {
  test("does not affect instances of other queues", async () => {
    const { hold, run, end } = holdEpisodes(SAVED);
    const { dispatcher, done, take } = open(run);
    dispatcher.open("other");
    hold("b");
    take("a");
    take("b", "other");
    await settle();
    dispatcher.lose("queue");
    await end("b");
    expect(done).toEqual(["a abandoned", "b deleted"]);
  });

  test("has its instances processed again once it is back", async () => {
    const { dispatcher, done, take } = open();
    take("a");
    await settle();
    dispatcher.lose("queue");
    dispatcher.open("queue");
    take("a");
    await settle();
    expect(done).toEqual(["a abandoned", "a abandoned"]);
  });

  test("is not woken when an episode of another queue ends that had kept it from fetching more", async () => {
    const { hold, run, end } = holdEpisodes();
    const { dispatcher, done, wakes, take, makeRoom } = open(run);
    dispatcher.open("other");
    hold("a");
    take("a");
    await settle();
    for (let count = 0; count < 3; count += 1) take("a");
    expect(makeRoom("other")).toBe(0);
    dispatcher.lose("other");
    await end("a");
    expect(wakes).toEqual([]);
    expect(done).toHaveLength(4);
  });
});

describe("work on an idle instance", () => {
  test("begins after its episode has ended, whose result is not saved, and delays its messages until it is done", async () => {
    const { begun, hold, run, end } = holdEpisodes(SAVED);
    const { dispatcher, done, take } = open(run);
    hold("a");
    take("a");
    await settle();
    const work = Promise.withResolvers<string>();
    const result = dispatcher.whileIdle("a", () => work.promise);
    await end("a");
    take("a");
    take("b");
    await settle();
    expect(begun).toEqual(["a", "b"]);
    expect(done).toEqual(["a released", "b abandoned"]);
    work.resolve("purged");
    expect(await result).toBe("purged");
    await settle();
    expect(begun).toEqual(["a", "b", "a"]);
    expect(done.at(-1)).toBe("a abandoned");
  });

  test("begins after other such work, also if that fails, and its messages wait for the last", async () => {
    const { begun, run } = holdEpisodes();
    const { dispatcher, take } = open(run);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const order: string[] = [];
    const work = (name: string, until: Promise<void>) => async () => {
      order.push(name);
      await until;
    };
    const failing = dispatcher.whileIdle("a", work("first", first.promise));
    const last = dispatcher.whileIdle("a", work("second", second.promise));
    await settle();
    expect(order).toEqual(["first"]);
    first.reject(new Error("no route"));
    await expect(failing).rejects.toThrow("no route");
    await settle();
    expect(order).toEqual(["first", "second"]);
    take("a");
    await settle();
    expect(begun).toEqual([]);
    second.resolve();
    await last;
    await settle();
    expect(begun).toEqual(["a"]);
  });
});
