import { expect, test } from "vitest";
import { latestLines, withoutSeen } from "../../../inspector/src/parts/event-lines.ts";
import type { StreamEvent } from "../../../local/src/inspector/api.ts";

const line = (text: string, changes: object = {}): StreamEvent => ({
  kind: "line",
  at: "2026-05-02T12:00:00.000Z",
  instanceId: null,
  level: "info",
  source: "user",
  text,
  ...changes,
});
const request: StreamEvent = {
  kind: "request",
  at: "2026-05-02T12:00:00.000Z",
  instanceId: null,
  method: "GET",
  path: "/",
  status: 200,
  durationMs: 1,
};
const textsOf = (events: readonly StreamEvent[], filter: string, limit = 10) =>
  latestLines(events, filter, limit).map(({ text }) => text);

test("the latest lines are shown in chronological order", () => {
  expect(textsOf([line("a"), request, line("b"), line("c")], "", 2)).toEqual(["b", "c"]);
});

test("a line matches if all words of the filter occur in its text, level, source or instance", () => {
  const events = [line("Order 7 paid"), line("order 8", { level: "error", instanceId: "abc" })];
  expect(textsOf(events, "ORDER")).toEqual(["Order 7 paid", "order 8"]);
  expect(textsOf(events, " paid  order ")).toEqual(["Order 7 paid"]);
  expect(textsOf(events, "error abc")).toEqual(["order 8"]);
});

test("events repeated by a new stream are added once", () => {
  const seen = [line("a"), line("b")];
  expect(withoutSeen([line("b"), line("c")], seen)).toEqual([line("c")]);
  const same = [line("a"), line("a")];
  expect(withoutSeen(same, [])).toEqual(same);
});
