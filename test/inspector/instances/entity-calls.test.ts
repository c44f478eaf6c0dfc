import { describe, expect, test } from "vitest";
import { entityCalls, isFailedAnswer } from "../../../inspector/src/instances/entity-calls.ts";
import { toBars } from "../../../inspector/src/instances/history-bars.ts";
import { toSequence } from "../../../inspector/src/instances/sequence.ts";
import type { HistoryItem } from "../../../local/src/inspector/api.ts";

const T = (ms: number) => new Date(ms).toISOString();
const sent = (at: number, json: unknown, more: Partial<HistoryItem> = {}): HistoryItem => ({
  type: "EventSent",
  at: T(at),
  name: "op",
  instanceId: "@counter@one",
  input: { json },
  ...more,
});
const answered = (at: number, name: string, json: unknown): HistoryItem => ({
  type: "EventRaised",
  at: T(at),
  name,
  input: { json },
});

test("calls, locks and signals are recognized by their content, and events between instances are not calls", () => {
  const calls = entityCalls([
    sent(1, { id: "a", op: "add" }),
    sent(2, { id: "b", lockset: [], pos: 0 }),
    sent(3, { id: "c", op: "add", signal: true }),
    sent(4, { id: "d" }, { instanceId: "other" }),
    sent(5, "text"),
    sent(6, null, { input: { bytes: 5000, preview: '{"id":', path: "history.5.Input" } }),
  ]);
  expect([...calls].map(([id, { operation }]) => [id, operation])).toEqual([
    ["a", "add"],
    ["b", "lock"],
    ["c", "add"],
  ]);
});

describe("in a history with entity calls", () => {
  const history = [
    sent(10, { id: "a", op: "add" }),
    sent(20, { id: "b", op: "check" }),
    answered(30, "b", { result: '"no"', exceptionType: "Error" }),
    answered(40, "a", { result: "3" }),
    sent(50, { id: "c", op: "log", signal: true }),
    answered(60, "approval", true),
  ];
  const instance = { name: "main", status: "Running", createdAt: T(0), updatedAt: T(0), history } as const;

  test("each call is one bar, from the request to the response", () => {
    const bars = toBars(instance).slice(1);
    expect(bars.map(({ kind, label, startMs, endMs, isFailed }) => [kind, label, startMs, endMs, isFailed])).toEqual([
      ["entity", "@counter@one add", 10, 40, false],
      ["entity", "@counter@one check", 20, 30, true],
      ["event", "@counter@one log", 50, 50, false],
      ["event", "approval", 60, 60, false],
    ]);
  });

  test("responses come from the entity", () => {
    const { messages } = toSequence(instance);
    expect(messages.map(({ from, to, text }) => `${from} → ${to}: ${text}`)).toEqual([
      "main → @counter@one: add",
      "main → @counter@one: check",
      "@counter@one → main: failure",
      "@counter@one → main: result",
      "main → @counter@one: log",
      "client → main: approval",
    ]);
  });
});

test.each([
  [{ exceptionType: "Error", result: '"no"' }, true],
  [{ result: "1" }, false],
  ["text", false],
  [null, false],
])("whether the response %j is a failure: %j", (json, expected) => {
  expect(isFailedAnswer(answered(0, "a", json))).toBe(expected);
});
