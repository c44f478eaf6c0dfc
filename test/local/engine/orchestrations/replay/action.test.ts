// The actions of the SDK as the engine reads them; the numbers are those of durable-functions.

import { describe, expect, test } from "vitest";
import { parseAction } from "../../../../../local/src/engine/orchestrations/replay/action.ts";
import { ReplayFailure } from "../../../../../local/src/engine/orchestrations/replay/replay-failure.ts";

const RETRY = { firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts: 3 };

test.each<[object, object]>([
  [
    { actionType: 0, functionName: "Say", input: "1", taskTag: 7 },
    { kind: "activity", name: "Say", input: "1", tag: 7, retry: null },
  ],
  [
    { actionType: "CallActivityWithRetry", functionName: "Say", retryOptions: RETRY, taskTag: "7" },
    { kind: "activity", name: "Say", tag: null, retry: { firstDelayMs: 1000, maxAttempts: 3 } },
  ],
  [
    { actionType: 2, functionName: "Child", instanceId: "child", version: "" },
    { kind: "sub-orchestration", name: "Child", instanceId: "child", version: "" },
  ],
  [
    { actionType: 2, functionName: "Child", instanceId: "  ", version: 1 },
    { kind: "sub-orchestration", instanceId: null, version: undefined },
  ],
  [
    { actionType: 2, functionName: "Child" },
    { instanceId: null, version: undefined, retry: null },
  ],
  [
    { actionType: 4, input: 5 },
    { kind: "continue-as-new", input: 5 },
  ],
  [
    { actionType: 5, fireAt: "2026-06-24T14:00:00Z", isCanceled: true },
    { kind: "timer", fireAt: "2026-06-24T14:00:00Z", isCanceled: true },
  ],
  [
    { actionType: 6, externalEventName: "Go" },
    { kind: "external-event", name: "Go" },
  ],
  [
    { actionType: 7, instanceId: "@Counter@A", operation: "add", input: "1" },
    { kind: "entity-call", instanceId: "@counter@A", operation: "add", input: "1" },
  ],
  [
    { actionType: 8, httpRequest: { method: "GET", uri: "http://a.test/", headers: { a: "b" } } },
    { kind: "http", polls: true, request: { method: "GET", uri: "http://a.test/", headers: { a: "b" } } },
  ],
  [
    { actionType: 8, httpRequest: { uri: "http://a.test/", headers: "none", asynchronousPatternEnabled: false } },
    { kind: "http", polls: false, request: { headers: {} } },
  ],
  [
    { actionType: 9, instanceId: "@c@a" },
    { kind: "entity-signal", fireAt: null, operation: "" },
  ],
  [
    { actionType: 10, instanceId: "@c@a", operation: "add", fireAt: "2026-06-24T14:00:00Z" },
    { kind: "entity-signal", fireAt: "2026-06-24T14:00:00Z" },
  ],
  [
    { actionType: 11, compoundActions: [{ actionType: 6, externalEventName: "Go" }] },
    { kind: "when-any", children: [{ kind: "external-event", name: "Go" }] },
  ],
  [{ actionType: 12 }, { kind: "when-all", children: [] }],
  [{ actionType: 14 }, { kind: "entity-release" }],
])("%j is read", (value, action) => {
  expect(parseAction(value)).toMatchObject(action);
});

test("the locks of a section are sorted and listed once, so that all acquire them in the same order", () => {
  const lockSet = [
    { name: "Counter", key: "b" },
    { name: "counter", key: "c" },
    { name: "COUNTER", key: "b" },
    { name: "account", key: "z" },
    { name: "counter", key: "B" },
  ];
  const expected = [
    { name: "account", key: "z" },
    { name: "counter", key: "B" },
    { name: "counter", key: "b" },
    { name: "counter", key: "c" },
  ];
  expect(parseAction({ actionType: 13, lockSet })).toMatchObject({ kind: "entity-lock", lockSet: expected });
  expect(parseAction({ actionType: 13, lockSet: lockSet.toReversed() })).toMatchObject({ lockSet: expected });
});

describe("the orchestration fails for", () => {
  test.each([
    [null, "unexpected action type"],
    [{ actionType: 15 }, "'15'"],
    [{ actionType: "Dance" }, "'Dance'"],
    [{ actionType: 0, functionName: 5 }, 'without its "functionName"'],
    [{ actionType: 5, fireAt: "soon" }, "not a date: 'soon'"],
    [{ actionType: 10, instanceId: "@c@a", fireAt: "soon" }, "not a date"],
    [{ actionType: 7, instanceId: "abc" }, "'abc' is not the id of an entity"],
    [{ actionType: 8 }, "without its request"],
    [{ actionType: 8, httpRequest: { method: "GET" } }, "without its request"],
    [{ actionType: 13 }, "non-empty LockSet"],
    [{ actionType: 13, lockSet: [] }, "non-empty LockSet"],
    [{ actionType: 13, lockSet: [null] }, "non-empty name"],
    [{ actionType: 13, lockSet: [{ name: "", key: "a" }] }, "non-empty name"],
    [{ actionType: 13, lockSet: [{ name: 1, key: "a" }] }, "non-empty name"],
    [{ actionType: 13, lockSet: [{ name: "c" }] }, "non-null key"],
    [{ actionType: 12, compoundActions: [{ actionType: 4 }] }, "continue-as-new cannot be waited for"],
    [{ actionType: 12, compoundActions: [{ actionType: 9, instanceId: "@c@a" }] }, "entity-signal cannot"],
    [{ actionType: 11, compoundActions: [{ actionType: 14 }] }, "entity-release cannot"],
  ])("%j", (value, message) => {
    expect(() => parseAction(value)).toThrow(ReplayFailure);
    expect(() => parseAction(value)).toThrow(message);
  });
});
