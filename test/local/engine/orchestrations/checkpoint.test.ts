import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../local/src/engine/history/events.ts";
import { type CheckpointDeps, checkpoint } from "../../../../local/src/engine/orchestrations/checkpoint.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

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
