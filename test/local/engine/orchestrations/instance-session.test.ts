// A partition moves to another host: what its sessions still do, and what they leave to the new owner.

import { silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import type { OutgoingMessage, ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import type { EpisodeInput } from "../../../../local/src/engine/orchestrations/episode-types.ts";
import { InstanceSession, type SessionDeps } from "../../../../local/src/engine/orchestrations/instance-session.ts";
import type { HistoryAppend } from "../../../../local/src/engine/tracking/history-store.ts";
import { FakeClock } from "../../../helpers/fake-clock.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { eventMessage, toInstance } from "../../../helpers/outgoing-message.ts";

const STORED = { events: [historyEvents.executionStarted()], executionId: "e1", etag: "1", blobNames: [] };

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A session whose episode and whose append to the history end when the test says so. */
function openSession() {
  const done: string[] = [];
  const episode = Promise.withResolvers<void>();
  const append = Promise.withResolvers<void>();
  const note = (what: string) => async () => void done.push(what);
  const session = new InstanceSession("abc", "queue", {
    histories: {
      load: async () => STORED,
      async append() {
        await append.promise;
        done.push("appended");
        return { etag: "2", blobNames: [], inputBlob: null, outputBlob: null };
      },
    },
    instances: {
      findRow: async () => ({ etag: "row", executionId: "e1", status: "Running" }),
      writeEpisode: async () => {
        done.push("row written");
        return { kind: "written", etag: "next" };
      },
    },
    payloads: {},
    delivery: { delete: note("deleted"), release: note("released"), abandon: note("abandoned") },
    async runEpisode() {
      await episode.promise;
      const events = [...STORED.events, historyEvents.executionCompleted(null)];
      const saved = { executionId: "e1", events, newEventCount: 1, isNewGeneration: false };
      return { kind: "advanced", ...saved, outgoing: [], customStatus: null };
    },
    clock: new FakeClock("1970-01-01T00:00:00Z"),
    visibilityTimeoutMs: 15_000,
    maxBatch: 16,
    log: silentLogger,
  } as unknown as SessionDeps);
  const { taskMessage, sender } = eventMessage("1");
  session.add({ messageId: "1", data: { TaskMessage: taskMessage, Sender: sender } } as unknown as ReceivedMessage);
  return { session, done, episode, append };
}

test("a session retires only after its episode is fully stored, including the row and the messages", async () => {
  const { session, done, episode, append } = openSession();
  const running = session.runEpisode();
  episode.resolve();
  await settle();
  const retiring = session.retire().then(() => done.push("retired"));
  await settle();
  expect(done).toEqual([]);
  append.resolve();
  await Promise.all([running, retiring]);
  expect(done).toEqual(["appended", "row written", "deleted", "retired"]);
});

test("an episode that ends after its partition was lost is not saved, and its message is released to the new owner", async () => {
  const { session, done, episode, append } = openSession();
  append.resolve();
  const running = session.runEpisode();
  await settle();
  session.lose();
  episode.resolve();
  await running;
  expect(done).toEqual(["released"]);
});

test("a start over an execution that has ended begins an empty history, behind the same sentinel", async () => {
  const { executionStarted, executionCompleted, orchestratorCompleted } = historyEvents;
  const ended = { ...STORED, events: [...STORED.events, executionCompleted("1"), orchestratorCompleted()] };
  const appended: HistoryAppend[] = [];
  const input: EpisodeInput[] = [];
  const session = new InstanceSession("abc", "queue", {
    histories: {
      load: async () => ended,
      async append(append: HistoryAppend) {
        appended.push(append);
        return { etag: "2", blobNames: [], inputBlob: null, outputBlob: null };
      },
    },
    instances: {
      findRow: async () => ({ etag: "row", executionId: "e2", status: "Pending", createdTime: "", generation: 0 }),
      writeEpisode: async () => ({ kind: "written", etag: "next" }),
    },
    payloads: {},
    delivery: { delete: async () => {} },
    async runEpisode(episode: EpisodeInput) {
      input.push(episode);
      const events = [executionStarted({ executionId: "e2" })];
      const saved = { executionId: "e2", events, newEventCount: 1, isNewGeneration: false };
      return { kind: "advanced", ...saved, outgoing: [], customStatus: null };
    },
    clock: new FakeClock("1970-01-01T00:00:00Z"),
    visibilityTimeoutMs: 15_000,
    maxBatch: 16,
    log: silentLogger,
  } as unknown as SessionDeps);
  const { taskMessage, sender } = toInstance("abc", {
    ...executionStarted({ executionId: "e2" }),
    Timestamp: "2026-06-24T15:00:00Z",
  });
  const target = { InstanceId: "abc", ExecutionId: "e2" };
  const data = { TaskMessage: { ...taskMessage, OrchestrationInstance: target }, Sender: sender };
  session.add({ messageId: "1", dequeueCount: 1, nextVisibleAt: new Date(0), data } as unknown as ReceivedMessage);
  await session.runEpisode();
  await session.settled();
  expect(input.map(({ history }) => history)).toEqual([[]]);
  expect(appended).toMatchObject([{ executionId: "e2", etag: "1", newEventCount: 1 }]);
});

describe("a message for an instance without history", () => {
  function openUnstarted(status: "Pending" | null) {
    const done: string[] = [];
    const note = (what: string) => async () => void done.push(what);
    const session = new InstanceSession("abc", "queue", {
      histories: { load: async () => ({ events: [], executionId: null, etag: null, blobNames: [] }) },
      instances: {
        findRow: async () => status && { etag: "row", executionId: "e1", status },
        markTerminated: async (_: string, __: string, reason: string) => void done.push(`terminated: ${reason}`),
      },
      delivery: { delete: note("deleted"), abandon: note("abandoned") },
      runEpisode: async () => ({ kind: "discarded", reason: "It has not started." }),
      clock: new FakeClock("1970-01-01T00:00:00Z"),
      visibilityTimeoutMs: 15_000,
      maxBatch: 16,
      log: silentLogger,
    } as unknown as SessionDeps);
    const receive = async ({ taskMessage, sender }: OutgoingMessage, dequeueCount = 1) => {
      const data = { TaskMessage: taskMessage, Sender: sender };
      session.add({ messageId: "1", dequeueCount, data } as unknown as ReceivedMessage);
      await session.runEpisode();
      return done;
    };
    return receive;
  }

  const termination = toInstance("abc", historyEvents.executionTerminated("enough"));

  test("terminates an instance that waits for its start", async () => {
    expect(await openUnstarted("Pending")(termination)).toEqual(["terminated: enough", "deleted"]);
  });

  test.each([1, 10, 50])("is returned while its start may be in progress, even the %ith time", async (dequeueCount) => {
    expect(await openUnstarted("Pending")(eventMessage("1"), dequeueCount)).toEqual(["abandoned"]);
  });

  test("is deleted if the instance does not exist", async () => {
    expect(await openUnstarted(null)(eventMessage("1"))).toEqual(["deleted"]);
    expect(await openUnstarted(null)(termination)).toEqual(["deleted"]);
  });
});
