import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../../local/src/engine/history/events.ts";
import { HTTP_ACTIVITY } from "../../../../../local/src/engine/history/http-activity-name.ts";
import type { Action } from "../../../../../local/src/engine/orchestrations/replay/action.ts";
import { replayActions } from "../../../../../local/src/engine/orchestrations/replay/action-replay.ts";
import { historyEvents } from "../../../../helpers/history-events.ts";

const { orchestratorStarted, executionStarted, taskScheduled, taskCompleted } = historyEvents;

/** The time at which an accepted request is polled again. */
function pollsAt(retryAfter: string): unknown {
  const answer = { statusCode: 202, headers: { location: "/status", "retry-after": retryAfter }, content: "" };
  const action = {
    kind: "http",
    tag: { id: 0 },
    request: { method: "GET", uri: "http://a.test/", headers: {}, content: null },
    polls: true,
  } as unknown as Action;
  const asked: HistoryEvent = Object.assign(taskScheduled(0), { Name: HTTP_ACTIVITY });
  const events = [orchestratorStarted(), executionStarted(), asked, taskCompleted(0, JSON.stringify(answer))];
  const { newDecisions } = replayActions([action], events, { maxActions: 10, httpPauseMs: 30_000 });
  return newDecisions.flatMap((it) => (it.kind === "timer" ? [it.fireAt] : []))[0];
}

test("a Retry-After beyond the range of dates is capped at the last date", () => {
  expect(pollsAt("5")).toBe("2026-06-24T14:02:16.123Z");
  expect(pollsAt("1e20")).toBe("9999-12-31T23:59:59.999Z");
  expect(pollsAt("soon")).toBe("2026-06-24T14:02:11.123Z");
});
