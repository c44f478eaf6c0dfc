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
  test("the start that matches its row is accepted", () => {
    expect(judge(start(), row())).toBe("accept");
    expect(judge(start(), row({ executionId: "E2" }))).toBe("accept");
  });

  test("a start that was terminated before it began is discarded", () => {
    expect(judge(start(), row({ status: "Terminated" }))).toBe("delete");
  });

  test("a start whose row is not written yet is retried, but not forever", () => {
    expect(judge(start(), null)).toBe("abandon");
    expect(judge(start(), null, 10)).toBe("delete");
  });

  test("the loser of two starts is discarded", () => {
    const winner = row({ executionId: "e1", createdTime: "2026-06-24T14:00:09.0000000Z" });
    expect(judge(start(), winner)).toBe("delete");
    expect(judge(start(), { ...winner, status: "Running" }, 2)).toBe("delete");
  });

  test("the row of an older generation does not discard a start", () => {
    const older = row({ executionId: "e1", generation: 0, createdTime: "2026-06-24T14:00:09.0000000Z" });
    expect(judge(start(), older)).toBe("abandon");
    expect(judge(start(), { ...older, status: "Completed" }, 2)).toBe("abandon");
  });

  test("a row without an execution ID belongs to any start", () => {
    expect(judge(start(), row({ executionId: "" }))).toBe("accept");
  });

  test.each([
    ["was created with the message or after it", { createdTime: "2026-06-24T14:00:10.0000000Z" }, 1],
    ["is running, and the message has not been received before", { status: "Running" }, 1],
    ["is running, and was created after the message was received", { createdTime: "2026-06-24T14:00:11.0000000Z" }, 2],
  ] as const)("a start is retried while another start's row %s", (_, fields, dequeueCount) => {
    const other = { executionId: "e1", createdTime: "2026-06-24T14:00:09.0000000Z" };
    expect(judge(start(), row({ ...other, ...fields }), dequeueCount)).toBe("abandon");
  });
});

describe("isStartOf", () => {
  test("the start of the same execution is recognized as a duplicate", () => {
    expect(isStartOf(start(), [start()])).toBe(true);
    expect(isStartOf(start({ OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e3" } }), [start()])).toBe(
      false,
    );
    expect(isStartOf(start(), [])).toBe(false);
  });

  test("the start of a child is recognized by its parent's call", () => {
    const again = { OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e3" } };
    const history = [start({ ParentInstance: parent(0) })];
    expect(isStartOf(start({ ...again, ParentInstance: parent(0) }), history)).toBe(true);
    expect(isStartOf(start({ ...again, ParentInstance: parent(1) }), history)).toBe(false);
    expect(isStartOf(start({ ...again, ParentInstance: parent(0, "p2") }), history)).toBe(false);
  });

  test("a child and an instance without a parent are different, also after continuing as new", () => {
    const again = { OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e3" } };
    const child = { ParentInstance: parent(0) };
    expect(isStartOf(start({ ...again, ...child }), [start({ Generation: null })])).toBe(false);
    expect(isStartOf(start(again), [start({ ...child, Generation: null })])).toBe(false);
    const elsewhere = { ...parent(0), OrchestrationInstance: { InstanceId: "another", ExecutionId: "p1" } };
    expect(isStartOf(start({ ...again, ParentInstance: elsewhere }), [start(child)])).toBe(false);
  });

  test("a start is recognized after its instance has continued as new", () => {
    const first = start({ OrchestrationInstance: { InstanceId: "abc", ExecutionId: "e1" } });
    const continued = start({ Generation: null, Timestamp: "2026-06-24T14:00:12.0000000Z" });
    expect(isStartOf(first, [continued])).toBe(true);
    expect(isStartOf({ ...first, Timestamp: continued.Timestamp }, [continued])).toBe(true);
    expect(isStartOf({ ...first, Timestamp: "2026-06-24T14:00:13.0000000Z" }, [continued])).toBe(false);
  });
});
