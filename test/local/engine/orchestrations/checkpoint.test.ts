import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import type { Outgoing } from "../../../../local/src/engine/messages/message-data.ts";
import { type CheckpointDeps, checkpoint } from "../../../../local/src/engine/orchestrations/checkpoint.ts";
import { historyEvents } from "../../../helpers/history-events.ts";
import { eventMessage } from "../../../helpers/outgoing-message.ts";

const BEFORE = { events: [], executionId: null, etag: null, blobNames: [] };
const PARENT = {
  Name: "parent",
  OrchestrationInstance: { InstanceId: "p", ExecutionId: "p1" },
  TaskScheduleId: 0,
  Version: "",
};

async function rowOf(instanceId: string, newEvents: readonly HistoryEvent[], old: readonly HistoryEvent[] = []) {
  const append = async () => ({ etag: "2", blobNames: [], inputBlob: null, outputBlob: null });
  const events = [...old, ...newEvents];
  const advanced = { kind: "advanced", executionId: "e1", events, newEventCount: newEvents.length } as const;
  const result = { ...advanced, isNewGeneration: false, outgoing: [], customStatus: null };
  const deps = { histories: { append }, delivery: {} } as unknown as CheckpointDeps;
  return (await checkpoint(instanceId, BEFORE, result, deps)).tail.row;
}

const started = historyEvents.executionStarted();
const childStarted = { ...started, ParentInstance: PARENT } as HistoryEvent;
const completed = historyEvents.executionCompleted(null);

// A client that starts an orchestration writes its row first: if there is none, the instance was purged and must not be created again.
test.each([
  ["an orchestration started by a client needs an existing row", "abc", [started], [], false],
  ["the first episode of a sub-orchestration may create its row", "abc", [childStarted], [], true],
  ["a later episode of a sub-orchestration needs an existing row", "abc", [completed], [childStarted], false],
  ["any episode of an entity may create its row", "@counter@a", [completed], [started], true],
] as const)("%s", async (_, instanceId, newEvents, old, mayCreate) => {
  const row = await rowOf(instanceId, newEvents, old);
  expect(row).toMatchObject({ mayCreate, newEvents });
});

test.each([
  ["a message", true],
  ["the history", false],
])("if %s cannot be written, the messages that were sent are left to the queues", async (_, isMessage) => {
  const done: string[] = [];
  const outgoing = [1, 2].map((n) => ({ route: "control" as const, message: eventMessage(String(n)) }));
  const prepare = async (__: string, { message }: Outgoing) => {
    const { Input: input } = message.taskMessage.Event as { Input: string };
    if (isMessage && input === "1") throw new Error("no route");
    return { blobName: null, deliver: () => done.push(`${input} delivered`), leave: () => done.push(`${input} left`) };
  };
  const append = async () => {
    done.push("appended");
    throw new Error("no route");
  };
  const deps = { histories: { append }, delivery: { prepare } } as unknown as CheckpointDeps;
  const events: HistoryEvent[] = [started];
  const advanced = { kind: "advanced", executionId: "e1", events, newEventCount: 1 } as const;
  const result = { ...advanced, isNewGeneration: false, outgoing, customStatus: null };
  await expect(checkpoint("abc", BEFORE, result, deps)).rejects.toThrow("no route");
  expect(done).toEqual(isMessage ? ["2 left"] : ["appended", "1 left", "2 left"]);
});
