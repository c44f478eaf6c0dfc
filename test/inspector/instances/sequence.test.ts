import { expect, test } from "vitest";
import { toSequence } from "../../../inspector/src/instances/sequence.ts";

const T = (ms: number) => new Date(ms).toISOString();

test("a history is converted to calls and responses in order", () => {
  const { participants, messages } = toSequence({
    name: "main",
    history: [
      { type: "ExecutionStarted", at: T(0), functionName: "main" },
      { type: "TaskCompleted", at: T(40), scheduledAt: T(10), functionName: "slow" },
      { type: "TaskFailed", at: T(30), scheduledAt: T(20), functionName: "quick" },
      { type: "TimerFired", at: T(1), fireAt: T(50) },
      { type: "EventRaised", at: T(60), name: "Approval" },
      { type: "ExecutionCompleted", at: T(70), status: "Failed" },
      { type: "HistoryState", at: T(80) },
    ],
  });
  expect(participants).toEqual(["client", "main", "slow", "quick"]);
  expect(messages.map(({ from, to, text, isFailed }) => `${from} → ${to}: ${text}${isFailed ? "!" : ""}`)).toEqual([
    "client → main: start",
    "main → slow: call",
    "main → quick: call",
    "quick → main: failure!",
    "slow → main: result",
    "main → main: timer",
    "client → main: Approval",
    "main → client: failure!",
  ]);
});
