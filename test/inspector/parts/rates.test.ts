import { expect, test } from "vitest";
import { Rates, WINDOW_S } from "../../../inspector/src/parts/rates.ts";
import type { StreamEvent } from "../../../local/src/inspector/api.ts";

const BEGIN = Date.parse("2026-05-02T12:00:00Z");
const at = (second: number) => new Date(BEGIN + second * 1000);

function ended(second: number, ok = true): StreamEvent {
  const common = { functionName: "f", invocationId: "i", durationMs: 1, problem: null, instanceId: null };
  return { kind: "function-ended", at: at(second).toISOString(), ok, ...common };
}

function request(status: number | null): StreamEvent {
  return {
    kind: "request",
    at: at(0).toISOString(),
    instanceId: null,
    method: "GET",
    path: "/",
    status,
    durationMs: 1,
  };
}

test("calls are counted in the interval in which they ended", () => {
  const rates = new Rates();
  rates.add([ended(0), ended(4.9), ended(5, false), ended(9)]);
  expect(rates.spans(at(9), 5).slice(-3)).toEqual([
    { startsAt: at(-5), seconds: 5, completed: 0, failed: 0 },
    { startsAt: at(0), seconds: 5, completed: 2, failed: 0 },
    { startsAt: at(5), seconds: 5, completed: 1, failed: 1 },
  ]);
});

test("the intervals cover the whole window", () => {
  const spans = new Rates().spans(at(7), 30);
  expect(spans).toHaveLength(WINDOW_S / 30);
  expect(spans.at(-1)?.startsAt).toEqual(at(0));
});

test("events older than the window are dropped, but stay in the totals", () => {
  const rates = new Rates();
  rates.add([ended(0)]);
  rates.add([ended(WINDOW_S + 10)]);
  expect(rates.spans(at(0), 5).at(-1)?.completed).toBe(0);
  expect(rates.totals.calls).toBe(2);
});

test("a request without a response, or with a server error, counts as failed", () => {
  const rates = new Rates();
  rates.add([request(200), request(404), request(500), request(null), ended(0, false)]);
  expect(rates.totals).toEqual({ requests: 4, failedRequests: 2, calls: 1, failedCalls: 1 });
});
