// An entity's batch may have sent responses although it was not saved: its messages are delivered again, after those of senders that
// have continued.

import type { EntityContext } from "durable-functions";
import { expect, test } from "vitest";
import { runEntityEpisode } from "../../../../local/src/engine/entities/run-entity-episode.ts";
import { EventType, type HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { releaseText, requestText, UNSTAMPED } from "../../../../local/src/engine/messages/entity-messages.ts";
import { episodeDeps } from "../../../helpers/episodes.ts";
import { SdkInvoker } from "../../../helpers/sdk-orchestrator.ts";

const ENTITY = { name: "tally", key: "all" };
const TARGET = { InstanceId: "@tally@all", ExecutionId: null };
const HOLDS_LOCK = "Lock Acquisition Completed";

const idOf = (n: number) => `0000000${n}-0000-0000-0000-000000000000`;
const at = (second: number) => (second === 0 ? UNSTAMPED : `2026-06-24T14:00:0${second}.0000000Z`);

const makeInvoker = () =>
  new SdkInvoker({
    orchestrators: {},
    entities: {
      tally({ df: entity }: EntityContext<number>) {
        if (entity.operationName === "set") entity.setState(entity.getInput() ?? 0);
        entity.return(entity.getState(() => 0));
      },
    },
  });

type Sent = { name: string; text: string };

/** The `nth` request of `parent` to the entity: an operation, or a lock without one. */
function asked(parent: string, nth: number, n: number, operation: string | null, input: string | null = null): Sent {
  const text = requestText(
    {
      operation,
      isSignal: false,
      input,
      id: idOf(n),
      parent,
      parentExecution: `${parent}-1`,
      due: null,
      timestamp: at(nth),
      predecessor: at(nth - 1),
      lockSet: operation === null ? [ENTITY] : null,
      position: 0,
    },
    { isTyped: true },
  );
  return { name: "op", text };
}

function released(parent: string, lock: number, nth: number, last: number): Sent {
  const after = { execution: `${parent}-1`, id: idOf(last), timestamp: at(nth) };
  return { name: "release", text: releaseText({ parent, id: idOf(lock), after }) };
}

/** An entity that processes one batch after another. */
function openEntity() {
  const deps = episodeDeps(makeInvoker());
  let history: HistoryEvent[] = [];
  return async (...sent: Sent[]): Promise<string[]> => {
    const messages = sent.map(({ name: Name, text: Input }) => ({
      Event: {
        EventType: EventType.EventRaised,
        EventId: -1,
        IsPlayed: false,
        Timestamp: deps.clock.nowTicks(),
        Name,
        Input,
        ParentTraceContext: null,
      } as const,
      SequenceNumber: 0,
      OrchestrationInstance: TARGET,
      OrchestrationExecutionContext: null,
    }));
    const result = await runEntityEpisode(ENTITY, { instanceId: TARGET.InstanceId, history, messages }, deps);
    if (result.kind !== "advanced") throw new Error(`The batch is ${result.kind}.`);
    history = result.events;
    return result.outgoing.map(({ message: { taskMessage } }) => {
      const { Event: event, OrchestrationInstance: target } = taskMessage;
      if (event.EventType !== EventType.EventRaised) throw new Error("An entity sends nothing else.");
      const answer = JSON.parse(event.Input ?? "{}").result;
      return `${target.InstanceId}: ${answer ?? event.Name}`;
    });
  };
}

test("a release waits for the requests that its sender made under the lock", async () => {
  const deliver = openEntity();
  expect(await deliver(asked("a", 1, 1, null))).toEqual([`a: ${HOLDS_LOCK}`]);
  expect(await deliver(asked("b", 1, 2, null))).toEqual([]);
  // The batch with this request sent its response, but was not saved.
  const set = asked("a", 2, 3, "set", "5");
  expect(await deliver(released("a", 1, 2, 3))).toEqual([]);
  expect(await deliver(set)).toEqual(["a: 5", `b: ${HOLDS_LOCK}`]);
  expect(await deliver(asked("b", 2, 4, "get"))).toEqual(["b: 5"]);
});

test("a duplicate of a release does not block the next lock", async () => {
  const deliver = openEntity();
  await deliver(asked("a", 1, 1, null), asked("a", 2, 2, "set", "5"));
  await deliver(released("a", 1, 2, 2));
  await deliver(asked("b", 1, 3, null));
  await deliver(released("a", 1, 2, 2), asked("a", 3, 4, "get"));
  expect(await deliver(asked("b", 2, 5, "set", "6"))).toEqual(["b: 6"]);
  expect(await deliver(released("b", 3, 2, 5))).toEqual(["a: 6"]);
});

test("a lock that is released before it arrives is not granted", async () => {
  const deliver = openEntity();
  expect(await deliver(asked("b", 1, 2, null))).toEqual([`b: ${HOLDS_LOCK}`]);
  expect(await deliver(released("a", 1, 1, 1))).toEqual([]);
  expect(await deliver(asked("a", 1, 1, null))).toEqual([]);
  expect(await deliver(released("b", 2, 1, 2))).toEqual([]);
  expect(await deliver(asked("c", 1, 3, "get"))).toEqual(["c: 0"]);
});

test("a request that waits behind its sender's own lock needs no further message", async () => {
  const deliver = openEntity();
  await deliver(asked("b", 1, 1, null));
  // The lock was granted by a batch that was not saved, and its sender continued.
  await deliver(asked("a", 1, 2, null), asked("a", 2, 3, "get"));
  expect(await deliver(released("b", 1, 1, 1))).toEqual([`a: ${HOLDS_LOCK}`, "@tally@all: continue"]);
  expect(await deliver({ name: "continue", text: "" })).toEqual(["a: 0"]);
});
