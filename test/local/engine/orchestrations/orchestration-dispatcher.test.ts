import { createLogger, type LogEntry, type Logger, silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { Inbox } from "../../../../local/src/engine/delivery/queue-reader.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import type { EpisodeResult } from "../../../../local/src/engine/orchestrations/episode-types.ts";
import {
  OrchestrationDispatcher,
  type OrchestrationDispatcherDeps,
} from "../../../../local/src/engine/orchestrations/orchestration-dispatcher.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";

const PUT_OFF: EpisodeResult = { kind: "abandoned", reason: "as the test wants it" };

/** A dispatcher that reads one queue, filled by the test; no episode has a result. */
function open(runEpisode = async (): Promise<EpisodeResult> => PUT_OFF, log: Logger = silentLogger) {
  const loaded: string[] = [];
  const wakes: string[] = [];
  let inbox: Inbox | undefined;
  const delivery = {
    read(queueName: string, into: Inbox) {
      inbox = into;
      return { wake: () => void wakes.push(queueName), stop: async () => {} };
    },
    abandon: async () => {},
    release: async () => {},
  };
  const session = {
    histories: {
      load: async (instanceId: string) => {
        loaded.push(instanceId);
        return { events: [], executionId: null, etag: null, blobNames: [] };
      },
    },
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
  const take = (instanceId: string) =>
    inbox?.take({
      messageId: instanceId,
      queueName: "queue",
      data: dataFor(instanceId),
    } as unknown as ReceivedMessage);
  return { dispatcher, loaded, wakes, take, makeRoom: () => inbox?.makeRoom() };
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

test("a message that arrives at the very end of an episode is worked on", async () => {
  let begun = 0;
  const { take } = open(async () => {
    begun += 1;
    return PUT_OFF;
  });
  const turns = 40;
  for (let turn = 0; turn < turns; turn += 1) {
    take(`i${turn}`);
    for (let passed = 0; passed < turn; passed += 1) await Promise.resolve();
    take(`i${turn}`);
    await settle();
  }
  // Both at once in the first turns.
  const together = turns * 2 - begun;
  expect(together).toBeLessThan(turns / 2);
  expect(begun).toBeGreaterThan(turns);
});
