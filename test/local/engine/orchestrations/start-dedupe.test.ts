import { describe, expect, test } from "vitest";
import type { ExecutionStartedEvent } from "../../../../local/src/engine/history/events.ts";
import type { ReceivedMessage } from "../../../../local/src/engine/messages/message-data.ts";
import { isStartOf, judgeStart } from "../../../../local/src/engine/orchestrations/start-dedupe.ts";
import type { InstanceRow } from "../../../../local/src/engine/tracking/instance-store.ts";
import { historyEvents } from "../../../helpers/history-events.ts";

const start = (fields: Partial<ExecutionStartedEvent> = {}): ExecutionStartedEvent => ({
  ...historyEvents.executionStarted({ executionId: "e2", generation: 1 }),
  Timestamp: "2026-06-24T14:00:10.0000000Z",
  ...fields,
});
const row = (fields: Partial<InstanceRow> = {}): InstanceRow => ({
  etag: "1",
  executionId: "e2",
  status: "Pending",
  createdTime: "2026-06-24T14:00:10.0000000Z",
  generation: 1,
  ...fields,
});
const TIMEOUT_MS = 60_000;
const judge = (event: ExecutionStartedEvent, found: InstanceRow | null, dequeueCount = 1, seenAt = "14:00:11") => {
  const nextVisibleAt = new Date(Date.parse(`2026-06-24T${seenAt}Z`) + TIMEOUT_MS);
  return judgeStart(event, { dequeueCount, nextVisibleAt } as ReceivedMessage, found, TIMEOUT_MS);
};
const parent = (TaskScheduleId: number, executionId = "p1") => ({
  Name: "Parent",
  OrchestrationInstance: { InstanceId: "parent", ExecutionId: executionId },
  TaskScheduleId,
  Version: "",
});

describe("judgeStart", () => {
  test("the start that the row is of is run", () => {
    expect(judge(start(), row())).toBe("accept");
    expect(judge(start(), row({ executionId: "E2" }))).toBe("accept");
  });

  test("a start that was terminated before it began is thrown away", () => {
    expect(judge(start(), row({ status: "Terminated" }))).toBe("delete");
  });

  test("a start whose row is not written yet comes again, but not for ever", () => {
    expect(judge(start(), null)).toBe("abandon");
    expect(judge(start(), null, 10)).toBe("delete");
  });

  test("the loser of two starts is thrown away", () => {
    const winner = row({ executionId: "e1", createdTime: "2026-06-24T14:00:09.0000000Z" });
    expect(judge(start(), winner)).toBe("delete");
    expect(judge(start(), { ...winner, status: "Running" }, 2)).toBe("delete");
  });

  test("a row that an older generation left is no reason to throw a start away", () => {
    expect(judge(start(), row({ executionId: "e1", generation: 0, status: "Completed" }))).toBe("abandon");
  });
});

describe("isStartOf", () => {
  test("the message of the execution itself comes from before it was deleted", () => {
    expect(isStartOf(start(), [start()])).toBe(true);
    expect(isStartOf(start({ OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e3" } }), [start()])).toBe(
      false,
    );
    expect(isStartOf(start(), [])).toBe(false);
  });

  test("a child's start is known by what its parent asked for", () => {
    const again = { OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e3" } };
    const history = [start({ ParentInstance: parent(0) })];
    expect(isStartOf(start({ ...again, ParentInstance: parent(0) }), history)).toBe(true);
    expect(isStartOf(start({ ...again, ParentInstance: parent(1) }), history)).toBe(false);
    expect(isStartOf(start({ ...again, ParentInstance: parent(0, "p2") }), history)).toBe(false);
  });

  test("a start does not begin again what has continued as new since", () => {
    const first = start({ OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e1" } });
    const continued = start({ Generation: null, Timestamp: "2026-06-24T14:00:12.0000000Z" });
    expect(isStartOf(first, [continued])).toBe(true);
    expect(isStartOf({ ...first, Timestamp: "2026-06-24T14:00:13.0000000Z" }, [continued])).toBe(false);
  });
});
