import { expect, test } from "vitest";
import { KeptHistories } from "../../../local/src/worker/child/kept-histories.ts";
import { SentHistories } from "../../../local/src/worker/sent-histories.ts";

type Event = { EventType: number; n: number };
const STARTED = 12;
let count = 0;
const event = (EventType = 5): Event => ({ EventType, n: count++ });
const episode = () => [event(STARTED), event(), event()];

/** Host and worker, with the messages between them. */
function makePair(maxEvents?: number) {
  const sent = new SentHistories(maxEvents);
  const kept = new KeptHistories();
  const call = (instanceId: string, history: readonly Event[]) => {
    const reference = sent.next({ instanceId, history, rest: {} });
    const trigger = { history: structuredClone(history.slice(reference.keep)) };
    const isComplete = kept.complete(reference, trigger);
    return { reference, isComplete, seen: trigger.history, sentCount: history.length - reference.keep };
  };
  return { sent, kept, call };
}

test("only the new events of a grown history are sent, and the worker has it complete", () => {
  const { call } = makePair();
  const history = episode();
  expect(call("a", history).sentCount).toBe(3);
  const counts: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    history.push(...episode());
    const { seen, sentCount } = call("a", history);
    expect(seen).toEqual(history);
    counts.push(sentCount);
  }
  expect(new Set(counts)).toEqual(new Set([6]));
});

test("a change to the previous call's new events is noticed", () => {
  const { call } = makePair();
  const history = [...episode(), ...episode()];
  call("a", history);
  Object.assign(history[4] as Event, { n: -1 });
  history.push(...episode());
  expect(call("a", history).seen).toEqual(history);
});

test.each([
  ["another execution", () => [...episode(), ...episode(), ...episode()]],
  ["the same history, read again", (history: Event[]) => structuredClone(history)],
  ["a shorter one", (history: Event[]) => history.slice(0, 2)],
])("%s is sent completely", (_, alter) => {
  const { call } = makePair();
  const history = [...episode(), ...episode()];
  call("a", history);
  const other = alter(history);
  expect(call("a", other)).toMatchObject({ sentCount: other.length, seen: other, isComplete: true });
});

test("a repeated call has the same history", () => {
  const { call } = makePair();
  const history = [...episode(), ...episode()];
  call("a", history);
  expect(call("a", history)).toMatchObject({ seen: history, isComplete: true });
});

test("instances are kept separately, and the least recently used ones are dropped beyond the limit", () => {
  const { kept, sent, call } = makePair(12);
  const histories = new Map(["a", "b", "c"].map((id) => [id, [...episode(), ...episode()]]));
  for (const [id, history] of histories) call(id, history);
  for (const [id, history] of histories) {
    history.push(...episode());
    expect(call(id, history)).toMatchObject({ seen: history, isComplete: true });
  }
  // A history dropped by the host is also dropped by the worker.
  const { keep } = sent.next({ instanceId: "a", history: histories.get("a") ?? [], rest: {} });
  expect(keep).toBe(0);
  expect(kept.complete({ instanceId: "a", keep: 1, drop: [] }, { history: [] })).toBe(false);
});

test("a worker that does not have the history reports it", () => {
  const { sent } = makePair();
  const history = [...episode(), ...episode()];
  sent.next({ instanceId: "a", history, rest: {} });
  const reference = sent.next({ instanceId: "a", history, rest: {} });
  expect(reference.keep).toBe(3);
  expect(new KeptHistories().complete(reference, { history: history.slice(3) })).toBe(false);
  sent.forget("a");
  expect(sent.next({ instanceId: "a", history, rest: {} }).keep).toBe(0);
});

test("if the app does not read the history, dates are prepared for the library, and the history is not enumerable", () => {
  const kept = new KeptHistories();
  const time = "2026-06-24T14:10:00.2500001Z";
  const made = { Timestamp: new Date(time) };
  const call = (keep: number, sent: unknown[]) => {
    const trigger = { input: "1", history: sent };
    expect(kept.complete({ instanceId: "a", keep, drop: [] }, trigger, false)).toBe(true);
    expect(Object.keys(trigger)).toEqual(["input"]);
    expect(Object.hasOwn(trigger, "history")).toBe(true);
    return trigger.history;
  };
  expect(call(0, [{ Timestamp: time, Details: { Timestamp: time }, Input: "Timestamp" }])).toEqual([
    { ...made, Details: made, Input: "Timestamp" },
  ]);
  expect(call(1, [{ Timestamp: time }, { Timestamp: null }])).toEqual([
    { ...made, Details: made, Input: "Timestamp" },
    made,
    { Timestamp: null },
  ]);
});
