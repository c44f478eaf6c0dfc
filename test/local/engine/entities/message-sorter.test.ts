import { formatTicks, parseTicks } from "@same-kit/shared";
import { describe, expect, test } from "vitest";
import { MessageSorter } from "../../../../local/src/engine/entities/message-sorter.ts";
import { type EntityRequest, UNSTAMPED } from "../../../../local/src/engine/messages/entity-messages.ts";
import { jsonTime } from "../../../../local/src/shared/json-time.ts";

const WINDOW = 30n * 60n * 10_000_000n;
const START = parseTicks("2026-06-24T14:00:00.0000000Z");
const at = (ticks: number): string => jsonTime(formatTicks(START + BigInt(ticks)));

function request(operation: string, stamp: number, predecessor: number | null, changes: Partial<EntityRequest> = {}) {
  const it: EntityRequest = {
    operation,
    isSignal: true,
    input: null,
    id: operation,
    parent: "abc",
    parentExecution: "e1",
    due: null,
    timestamp: at(stamp),
    predecessor: predecessor === null ? UNSTAMPED : at(predecessor),
    lockSet: null,
    position: 0,
    ...changes,
  };
  return it;
}

/** The requests delivered as each one arrives; the sorter is stored and loaded in between. */
function deliver(...requests: EntityRequest[]): string[][] {
  let sorter = new MessageSorter();
  return requests.map((it) => {
    sorter = MessageSorter.parse(JSON.parse(JSON.stringify(sorter)));
    return sorter.receive(it, WINDOW).map(({ operation }) => operation ?? "");
  });
}

test("a message that overtook its predecessor waits for it, with a precision of one tick", () => {
  expect(deliver(request("a", 1, null), request("c", 3, 2), request("b", 2, 1))).toEqual([["a"], [], ["b", "c"]]);
});

test("a duplicate is dropped", () => {
  expect(deliver(request("a", 1, null), request("a", 1, null), request("b", 2, 1), request("a", 1, null))).toEqual([
    ["a"],
    [],
    ["b"],
    [],
  ]);
});

test("senders do not wait for each other", () => {
  expect(deliver(request("c", 3, 2), request("x", 1, null, { parent: "other" }))).toEqual([[], ["x"]]);
});

test("a new execution of the sender starts over, after the pending messages of the previous one", () => {
  expect(
    deliver(
      request("b", 2, 1),
      request("n", 1, null, { parentExecution: "e2" }),
      request("o", 1, null, { parentExecution: "e2" }),
    ),
  ).toEqual([[], ["b", "n"], ["o"]]);
});

test("a request of a repeated episode is recognized by its ID, whatever its timestamp", () => {
  expect(deliver(request("a", 3, null), request("a", 5, null), request("b", 6, 5))).toEqual([["a"], [], ["b"]]);
  expect(deliver(request("a", 5, null), request("a", 3, null), request("b", 4, 3))).toEqual([["a"], [], ["b"]]);
});

test("a request that waits for its predecessor is replaced by its later copy, which its successors follow", () => {
  expect(
    deliver(request("b", 4, 2), request("b", 5, 2), request("b", 3, 2), request("c", 6, 5), request("a", 2, null)),
  ).toEqual([[], [], [], [], ["a", "b", "c"]]);
});

test("IDs are kept between batches", () => {
  const sorter = new MessageSorter();
  sorter.receive(request("a", 3, null), WINDOW);
  const again = MessageSorter.parse(JSON.parse(JSON.stringify(sorter)));
  expect(again.receive(request("a", 5, null), WINDOW)).toEqual([]);
  expect(again.receive(request("b", 4, null), WINDOW)).toHaveLength(1);
});

test("beyond the number of IDs that are kept, old copies are recognized by their timestamps", () => {
  const sorter = new MessageSorter();
  for (let n = 1; n <= 150; n += 1) sorter.receive(request(`${n}`, n, n === 1 ? null : n - 1), WINDOW);
  expect(sorter.receive(request("1", 1, null), WINDOW)).toEqual([]);
});

test.each([
  ["a client", { parent: null }],
  ["a lock in transit", { position: 1 }],
  ["a sender without timestamps", { timestamp: UNSTAMPED }],
])("messages from %s are not ordered", (_, changes) => {
  expect(deliver(request("a", 5, 4, changes), request("a", 5, 4, changes))).toEqual([["a"], ["a"]]);
});

test("nothing is waited for beyond the window", () => {
  const hour = 3_600 * 10_000_000;
  expect(deliver(request("b", 2, 1), request("x", hour, null, { parent: "other" }))).toEqual([[], ["b", "x"]]);
});

test("timestamps for one target grow even if the clock stands still, and refer to the previous one", () => {
  const sorter = new MessageSorter();
  const stamp = (target: string) => sorter.stamp(target, at(0), WINDOW);
  expect(stamp("@c@a")).toEqual({ timestamp: at(0), predecessor: UNSTAMPED });
  expect(stamp("@c@a")).toEqual({ timestamp: at(1), predecessor: at(0) });
  expect(stamp("@c@b")).toEqual({ timestamp: at(0), predecessor: UNSTAMPED });
});

test("the sorter is stored with the extension's property names", () => {
  const sorter = new MessageSorter();
  sorter.stamp("@c@a", at(0), 0n);
  sorter.receive(request("a", 1, null), WINDOW);
  expect(JSON.parse(JSON.stringify(sorter))).toMatchObject({
    LastSentToInstance: { "@c@a": "2026-06-24T14:00:00Z" },
    ReceivedFromInstance: { abc: { Last: "2026-06-24T14:00:00.0000001Z", ExecutionId: "e1" } },
  });
});

test("a message that arrives after the window is delivered immediately, and once", () => {
  const later = (ticks: number) => request("x", Number(WINDOW) + ticks, null, { parent: "other", id: `${ticks}` });
  const minute = 600_000_000;
  const late = request("late", 1, null);
  expect(deliver(later(minute), late, late, later(2 * minute), late)).toEqual([["x"], ["late"], [], ["x"], []]);
  const forgotten = request("x", Number(3n * WINDOW), null, { parent: "other" });
  expect(deliver(later(minute), late, forgotten, late)).toEqual([["x"], ["late"], ["x"], ["late"]]);
});

describe("an earlier request", () => {
  const asked = (id: string, stamp: number, execution = "e1") => ({ execution, id, timestamp: at(stamp) });

  test("counts as received once all requests before it have arrived", () => {
    const sorter = new MessageSorter();
    expect(sorter.hasTaken("abc", asked("a", 1), WINDOW)).toBe(false);
    sorter.receive(request("a", 1, null), WINDOW);
    sorter.receive(request("c", 3, 2), WINDOW);
    expect(["a", "b", "c"].map((id, index) => sorter.hasTaken("abc", asked(id, index + 1), WINDOW))).toEqual([
      true,
      false,
      false,
    ]);
    sorter.receive(request("b", 2, 1), WINDOW);
    expect(sorter.hasTaken("abc", asked("c", 3), WINDOW)).toBe(true);
  });

  test("is not waited for if it can no longer be recognized", () => {
    const sorter = new MessageSorter();
    sorter.receive(request("x", Number(2n * WINDOW), null, { parent: "other" }), WINDOW);
    sorter.receive(request("n", Number(2n * WINDOW), null, { parentExecution: "e2" }), WINDOW);
    expect(sorter.hasTaken("gone", asked("a", 1), WINDOW)).toBe(true);
    expect(sorter.hasTaken("abc", asked("a", Number(2n * WINDOW)), WINDOW)).toBe(true);
    expect(sorter.hasTaken("abc", asked("a", Number(2n * WINDOW), "e2"), WINDOW)).toBe(false);
    expect(sorter.hasTaken("abc", asked("a", Number(2n * WINDOW), "e2"), 0n)).toBe(true);
  });

  test("is recognized by its timestamp if a .NET host received it", () => {
    const Last = at(5);
    const sorter = MessageSorter.parse({ ReceivedFromInstance: { abc: { Last, ExecutionId: "e1" } } });
    expect(sorter.hasTaken("abc", asked("a", 5), WINDOW)).toBe(true);
    expect(sorter.hasTaken("abc", asked("b", 6), WINDOW)).toBe(false);
  });
});

describe("stamps", () => {
  const stampOf = (sorter: MessageSorter, ticks: number, target = "x") => {
    const { timestamp, predecessor } = sorter.stamp(target, at(ticks), WINDOW);
    return [timestamp, predecessor];
  };
  const stored = (sorter: MessageSorter) => MessageSorter.parse(JSON.parse(JSON.stringify(sorter)));

  test("increase for each target, whatever the clock does, also after the state was stored", () => {
    const sorter = new MessageSorter();
    expect(stampOf(sorter, 10)).toEqual([at(10), UNSTAMPED]);
    expect(stampOf(sorter, 10)).toEqual([at(11), at(10)]);
    expect(stampOf(sorter, 5, "y")).toEqual([at(5), UNSTAMPED]);
    expect(stampOf(stored(sorter), 3)).toEqual([at(12), at(11)]);
    expect(stampOf(stored(sorter), 20)).toEqual([at(20), at(11)]);
  });

  test("are forgotten once no message can overtake them any longer", () => {
    const sorter = new MessageSorter();
    const lateTicks = Number(WINDOW) + 100_000_000;
    stampOf(sorter, 0, "old");
    stampOf(sorter, 100_000_001, "recent");
    expect(Object.keys(JSON.parse(JSON.stringify(sorter)).LastSentToInstance)).toEqual(["old", "recent"]);
    const after = stored(sorter);
    stampOf(after, lateTicks + 1);
    expect(stampOf(after, lateTicks + 2, "recent")).toEqual([at(lateTicks + 2), at(100_000_001)]);
    expect(stampOf(after, lateTicks + 3, "old")).toEqual([at(lateTicks + 3), UNSTAMPED]);
    expect(JSON.parse(JSON.stringify(after)).SendHorizon).toBe(at(100_000_001));
  });

  test("are forgotten in steps of ten seconds, as each one costs a look at all", () => {
    const sorter = new MessageSorter();
    stampOf(sorter, 0, "first");
    const horizon = JSON.parse(JSON.stringify(sorter)).SendHorizon;
    const stepTicks = 100_000_000;
    stampOf(sorter, stepTicks, "next");
    expect(JSON.parse(JSON.stringify(sorter)).SendHorizon).toBe(horizon);
    stampOf(sorter, stepTicks + 1, "next");
    expect(JSON.parse(JSON.stringify(sorter)).SendHorizon).not.toBe(horizon);
  });
});

test("messages that wait for one before them are processed in their order, whatever the order of their arrival", () => {
  const [b, c, d] = [request("b", 2, 1), request("c", 3, 2), request("d", 4, 3)];
  expect(deliver(request("a", 1, null), d, c, b)).toEqual([["a"], [], [], ["b", "c", "d"]]);
});

test("messages of an execution that has ended do not wait any longer, and come in their order", () => {
  const next = request("n", 9, null, { parentExecution: "e2" });
  const waiting = [request("d", 6, 5), request("c", 4, 3)];
  expect(deliver(request("a", 1, null), ...waiting, next)).toEqual([["a"], [], [], ["c", "d", "n"]]);
});

test("the IDs of the latest hundred messages are kept", () => {
  let sorter = new MessageSorter();
  const receive = (n: number) => sorter.receive(request(`id${n}`, n, n === 1 ? null : n - 1), WINDOW);
  const stored = () => JSON.parse(JSON.stringify(sorter)).ReceivedFromInstance.abc;
  for (let n = 1; n <= 100; n += 1) receive(n);
  expect(stored().ids.split(" ")).toHaveLength(100);
  expect(stored().hasAllIds).toBe(true);
  sorter = MessageSorter.parse(JSON.parse(JSON.stringify(sorter)));
  receive(101);
  expect(stored().ids.split(" ")).toEqual(Array.from({ length: 100 }, (_, index) => `id${index + 2}`));
  expect(stored()).not.toHaveProperty("hasAllIds");
});
