// A partition moves to another host: what its sessions still do, and what they leave to the new owner.

import { silentLogger } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
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
  const add = (messageId: string) => {
    const { taskMessage, sender } = eventMessage(messageId);
    session.add({ messageId, data: { TaskMessage: taskMessage, Sender: sender } } as unknown as ReceivedMessage);
  };
  add("1");
  return { session, done, episode, append, add };
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

test("an episode in progress is not saved once its session retires, and what waits for the next one is released", async () => {
  const { session, done, episode, append, add } = openSession();
  append.resolve();
  const running = session.runEpisode();
  await settle();
  add("2");
  await session.retire();
  expect(done).toEqual(["released"]);
  episode.resolve();
  await running;
  expect(done).toEqual(["released", "released"]);
  expect(session.hasPending).toBe(false);
});

describe("a message for an instance with a history", () => {
  const { executionStarted, executionCompleted, orchestratorCompleted } = historyEvents;
  const event = eventMessage("1").taskMessage.Event;
  const restart = toInstance("abc", { ...executionStarted({ executionId: "e2" }), Timestamp: "2026-06-24T15:00:00Z" });
  restart.taskMessage.OrchestrationInstance = { InstanceId: "abc", ExecutionId: "e2" };
  const row = { etag: "row", executionId: "e1", status: "Running", createdTime: "2026-06-24T14:00:00Z", generation: 0 };

  /** A session on `events`; `done` is all that it did, and `requests` what it read. */
  function openOn(events: readonly HistoryEvent[], found: Partial<typeof row> | null = {}) {
    const done: string[] = [];
    const requests: string[] = [];
    const episodes: EpisodeInput[] = [];
    const appended: HistoryAppend[] = [];
    const note = (what: string) => async () => void done.push(what);
    const session = new InstanceSession("abc", "queue", {
      histories: {
        async load() {
          requests.push("history");
          return { ...STORED, events };
        },
        async append(append: HistoryAppend) {
          appended.push(append);
          return { etag: "2", blobNames: [], inputBlob: null, outputBlob: null };
        },
      },
      instances: {
        async findRow() {
          requests.push("row");
          return found && { ...row, ...found };
        },
        async writeEpisode(_: unknown, etag: string | null) {
          done.push(`row written over ${etag}`);
          return { kind: "written", etag: "next" };
        },
      },
      payloads: {},
      delivery: { delete: note("deleted"), release: note("released"), abandon: note("abandoned") },
      async runEpisode(episode: EpisodeInput) {
        episodes.push(episode);
        const saved = { executionId: "e1", events: [...events, orchestratorCompleted()], newEventCount: 1 };
        return { kind: "advanced", ...saved, isNewGeneration: false, outgoing: [], customStatus: null };
      },
      clock: new FakeClock("1970-01-01T00:00:00Z"),
      visibilityTimeoutMs: 15_000,
      maxBatch: 16,
      log: silentLogger,
    } as unknown as SessionDeps);
    const receive = async ({ taskMessage, sender }: OutgoingMessage, more: Partial<ReceivedMessage> = {}) => {
      const data = { TaskMessage: taskMessage, Sender: sender };
      const seen = { messageId: "1", dequeueCount: 1, nextVisibleAt: new Date("2026-06-24T15:00:01Z") };
      session.add({ ...seen, data, ...more } as unknown as ReceivedMessage);
      await session.runEpisode();
      await session.settled();
    };
    return { receive, done, requests, episodes, appended };
  }

  test("begins an empty history behind the same sentinel if it starts another execution", async () => {
    const { receive, episodes, appended } = openOn(
      [...STORED.events, executionCompleted("1"), orchestratorCompleted()],
      { executionId: "e2", status: "Pending" },
    );
    await receive(restart);
    expect(episodes.map(({ history }) => history)).toEqual([[]]);
    expect(appended).toMatchObject([{ etag: "1", newEventCount: 1 }]);
  });

  test("is deleted without an episode if the history contains it", async () => {
    const { receive, done, episodes } = openOn([...STORED.events, event, orchestratorCompleted()]);
    await receive(eventMessage("1"));
    expect(episodes).toEqual([]);
    expect(done).toEqual(["deleted"]);
  });

  test.each([
    ["is behind the history", { status: "Pending" }],
    ["is missing", null],
  ])("is deleted after the row was repaired if the history contains it and the row %s", async (_, found) => {
    const { receive, done, episodes } = openOn([...STORED.events, event, orchestratorCompleted()], found);
    await receive(eventMessage("1"));
    expect(episodes).toEqual([]);
    expect(done).toEqual(["row written over undefined", "deleted"]);
  });

  test("repeats the episode without it if the checkpoint that stored it was interrupted, then is deleted", async () => {
    const { receive, done, episodes } = openOn([...STORED.events, event]);
    await receive(eventMessage("1"));
    expect(episodes).toMatchObject([{ messages: [], history: [...STORED.events, event] }]);
    expect(done).toEqual(["row written over row", "deleted"]);
  });

  test("is deleted without an episode if it is the start of an execution that was terminated before it began", async () => {
    const { receive, done, episodes } = openOn([], { executionId: "e2", status: "Terminated" });
    await receive(restart);
    expect(episodes).toEqual([]);
    expect(done).toEqual(["deleted"]);
  });

  test("is returned without an episode if it is a start whose row is not written yet", async () => {
    const { receive, done, episodes } = openOn([], null);
    await receive(restart);
    expect(episodes).toEqual([]);
    expect(done).toEqual(["abandoned"]);
  });

  test("has its row read once for a start of another host, and written over what was read", async () => {
    const { receive, done, requests } = openOn([], { executionId: "e2", status: "Pending", etag: "seen" });
    await receive(restart);
    expect(requests).toEqual(["row", "history"]);
    expect(done).toEqual(["row written over seen", "deleted"]);
  });

  test("causes no reads if it is a first start that this host sent", async () => {
    const { receive, done, requests } = openOn([]);
    await receive(restart, { startTrust: { isFirst: true, rowEtag: "sent" } });
    expect(requests).toEqual([]);
    expect(done).toEqual(["row written over sent", "deleted"]);
  });
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
