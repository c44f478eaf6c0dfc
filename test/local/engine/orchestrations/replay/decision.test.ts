import { describe, expect, test } from "vitest";
import { parseAction } from "../../../../../local/src/engine/orchestrations/replay/action.ts";
import {
  assertSameDecision,
  type Decision,
  type SchedulingEvent,
} from "../../../../../local/src/engine/orchestrations/replay/decision.ts";

const CAUSED_AT = "2026-06-24T14:00:00Z";
const recorded = (decisionKind: SchedulingEvent["decisionKind"], name: string | null): SchedulingEvent => ({
  id: 3,
  decisionKind,
  name,
});

function decide(value: object): Decision {
  const action = parseAction(value);
  const kind = action.kind;
  return { id: 3, causedAt: CAUSED_AT, kind, action, ...(kind === "timer" ? action : {}) } as unknown as Decision;
}

const activity = decide({ actionType: 0, functionName: "Say" });
const child = decide({ actionType: 2, functionName: "Say" });
const timer = decide({ actionType: 5, fireAt: CAUSED_AT });
const call = decide({ actionType: 7, instanceId: "@counter@a" });
const signal = decide({ actionType: 9, instanceId: "@counter@a" });
const lock = decide({
  actionType: 13,
  lockSet: [
    { name: "counter", key: "b" },
    { name: "counter", key: "a" },
  ],
});
const release: Decision = {
  id: 3,
  causedAt: CAUSED_AT,
  kind: "entity-release",
  entity: { name: "Counter", key: "a" },
  lockActionId: 0,
  requestId: null,
};

describe("code and history match for", () => {
  test.each<[string, SchedulingEvent, Decision]>([
    ["an activity, whatever the case of its name", recorded("activity", "SAY"), activity],
    ["a child", recorded("sub-orchestration", "Say"), child],
    ["a timer", recorded("timer", null), timer],
    ["a call of an entity", recorded("event-sent", "@counter@a"), call],
    ["a signal", recorded("event-sent", "@counter@a"), signal],
    ["a lock, which is requested from the first entity", recorded("event-sent", "@counter@a"), lock],
    ["a release", recorded("event-sent", "@counter@a"), release],
  ])("%s", (_, event, decision) => {
    expect(() => assertSameDecision(event, decision)).not.toThrow();
  });
});

describe("code and history differ for", () => {
  test.each<[string, SchedulingEvent, Decision | undefined, string]>([
    ["another name", recorded("activity", "Other"), activity, "scheduled an activity named 'Say' there"],
    [
      "another kind of the same name",
      recorded("sub-orchestration", "Say"),
      activity,
      "scheduled a sub-orchestration named",
    ],
    ["a timer instead of an activity", recorded("activity", "Say"), timer, "scheduled a timer there"],
    ["another entity", recorded("event-sent", "@counter@b"), call, "a message to the entity named '@counter@a' there"],
    ["the last entity of a lock", recorded("event-sent", "@counter@b"), lock, "'@counter@a' there"],
    ["nothing", recorded("timer", null), undefined, "has not scheduled anything under that number"],
  ])("%s", (_, event, decision, message) => {
    const check = () => assertSameDecision(event, decision);
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ kind: "non-determinism" }));
    expect(check).toThrow("as action number 3");
  });
});
