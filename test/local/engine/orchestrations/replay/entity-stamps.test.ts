import { expect, test } from "vitest";
import { EventType, type HistoryEvent } from "../../../../../local/src/engine/history/events.ts";
import { UNSTAMPED } from "../../../../../local/src/engine/messages/entity-messages.ts";
import { EntityStamps } from "../../../../../local/src/engine/orchestrations/replay/entity-stamps.ts";
import { historyEvents } from "../../../../helpers/history-events.ts";

const at = (ticks: number) => `2026-06-24T14:00:00.000000${ticks}Z`;

function sent(target: string, input: object | null): HistoryEvent {
  const base = { EventType: EventType.EventSent, EventId: 0, IsPlayed: false, Timestamp: at(9) } as const;
  return { ...base, InstanceId: target, Name: "op", Input: input && JSON.stringify(input) };
}

test("stamps are the times of their causes, each after the one before it to the same entity", () => {
  const stamps = new EntityStamps([]);
  expect(stamps.next("@c@a", "1", at(2))).toEqual({ timestamp: at(2), predecessor: UNSTAMPED });
  expect(stamps.next("@c@a", "2", at(2))).toEqual({ timestamp: at(3), predecessor: at(2) });
  expect(stamps.next("@c@a", "3", at(1))).toEqual({ timestamp: at(4), predecessor: at(3) });
  expect(stamps.next("@c@a", "4", at(7))).toEqual({ timestamp: at(7), predecessor: at(4) });
  expect(stamps.next("@c@b", "5", at(2))).toEqual({ timestamp: at(2), predecessor: UNSTAMPED });
  expect(stamps.lastOf("@c@a")).toEqual({ id: "4", timestamp: at(7) });
  expect(stamps.lastOf("@c@c")).toBeNull();
});

test("stamps continue after those in the history; messages without a stamp do not count", () => {
  const stamps = new EntityStamps([
    historyEvents.taskScheduled(1),
    sent("@c@a", { op: "add", id: "1", Timestamp: at(4) }),
    sent("@c@a", { parent: "abc", id: "2" }),
    sent("@c@a", null),
    sent("@c@a", { op: "add" }),
    sent("@c@b", { op: "add", id: "3", Timestamp: at(6) }),
  ]);
  expect(stamps.lastOf("@c@a")).toEqual({ id: "1", timestamp: at(4) });
  expect(stamps.next("@c@a", "9", at(1))).toEqual({ timestamp: at(5), predecessor: at(4) });
});
