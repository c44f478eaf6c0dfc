import { describe, expect, test } from "vitest";
import { decideRow, decideSteals, type PassContext } from "../../../../local/src/engine/leases/partition-rules.ts";
import type { PartitionRow } from "../../../../local/src/engine/leases/partition-table.ts";

const NOW = "2026-06-24T14:00:30.0000000Z";
const LATER = "2026-06-24T14:01:00.0000000Z";
const BEFORE = "2026-06-24T14:00:29.9999999Z";

const fresh: PartitionRow = {
  queueName: "hub-control-00",
  etag: "1",
  currentOwner: null,
  nextOwner: null,
  ownedSince: null,
  lastRenewal: null,
  expiresAt: null,
  isDraining: false,
};
const row = (changes: Partial<PartitionRow>): PartitionRow => ({ ...fresh, expiresAt: LATER, ...changes });

function decide(changes: Partial<PartitionRow>, context: Partial<PassContext> = {}) {
  const decision = decideRow(row(changes), {
    me: "me",
    now: NOW,
    isStopping: false,
    drained: new Set(),
    isGone: () => false,
    isHeldElsewhere: () => false,
    ...context,
  });
  const { currentOwner, nextOwner, isDraining } = decision.row;
  return { ...decision, row: { currentOwner, nextOwner, isDraining } };
}

describe("a row is claimed", () => {
  const claimed = { row: { currentOwner: "me", nextOwner: null, isDraining: false }, mine: "own", countsFor: "me" };
  test.each<[string, Partial<PartitionRow>]>([
    ["that nobody ever owned", { expiresAt: null }],
    ["that was let go", {}],
    ["that was let go for this worker", { nextOwner: "me" }],
    ["whose lease has run out", { currentOwner: "other", expiresAt: BEFORE }],
    ["whose lease runs out now", { currentOwner: "other", expiresAt: NOW }],
    ["that was let go for a worker that never came", { nextOwner: "other", expiresAt: BEFORE }],
  ])("%s", (_, changes) => {
    expect(decide(changes)).toMatchObject({ ...claimed, isChanged: true });
  });

  test("whose owner's process is gone", () => {
    const isGone = (owner: string) => owner === "dead";
    expect(decide({ currentOwner: "dead" }, { isGone })).toMatchObject(claimed);
    expect(decide({ currentOwner: "other" }, { isGone })).toMatchObject({ mine: "none", isChanged: false });
  });

  test("for 30 s from now", () => {
    const nobody = { isGone: () => false, isHeldElsewhere: () => false };
    const context = { me: "me", now: NOW, isStopping: false, drained: new Set<string>(), ...nobody };
    expect(decideRow(fresh, context).row).toMatchObject({
      ownedSince: NOW,
      lastRenewal: NOW,
      expiresAt: "2026-06-24T14:01:00.0000000Z",
    });
  });
});

describe("a row whose queue a host of another kind has", () => {
  const isHeldElsewhere = (queueName: string) => queueName === "hub-control-00";
  test("is not claimed, though it is free, and counts for nobody", () => {
    expect(decide({ expiresAt: null }, { isHeldElsewhere })).toMatchObject({
      mine: "none",
      isChanged: false,
      countsFor: null,
    });
  });

  test("is let go at once, for everybody", () => {
    expect(decide({ currentOwner: "me", nextOwner: "other" }, { isHeldElsewhere })).toMatchObject({
      row: { currentOwner: null, nextOwner: null, isDraining: false },
      mine: "none",
      isChanged: true,
    });
  });

  test("stays as it is where another worker owns it", () => {
    expect(decide({ currentOwner: "other" }, { isHeldElsewhere })).toMatchObject({ mine: "none", isChanged: false });
  });
});

describe("a row of another worker", () => {
  test.each<[string, Partial<PartitionRow>, string]>([
    ["counts for its owner", { currentOwner: "other" }, "other"],
    ["counts for who asked for it", { currentOwner: "other", nextOwner: "third" }, "third"],
    ["counts for this worker once it asked", { currentOwner: "other", nextOwner: "me" }, "me"],
    ["that was let go for a third stays alone", { nextOwner: "third" }, "third"],
  ])("%s", (_, changes, countsFor) => {
    expect(decide(changes)).toMatchObject({ mine: "none", isChanged: false, countsFor });
  });

  test("is asked for when its owner is shutting down", () => {
    expect(decide({ currentOwner: "other", isDraining: true })).toMatchObject({
      row: { currentOwner: "other", nextOwner: "me", isDraining: true },
      isChanged: true,
      countsFor: "me",
    });
  });
});

describe("a row of this worker", () => {
  test("is renewed", () => {
    expect(decide({ currentOwner: "me" })).toMatchObject({ mine: "own", isChanged: true, countsFor: "me" });
  });

  test("that another asks for is drained, then let go for that one only", () => {
    const asked = { currentOwner: "me", nextOwner: "other" };
    expect(decide(asked)).toMatchObject({ row: { ...asked, isDraining: true }, mine: "drain", countsFor: "other" });
    expect(decide({ ...asked, isDraining: true }, { drained: new Set(["hub-control-00"]) })).toMatchObject({
      row: { currentOwner: null, nextOwner: "other", isDraining: false },
      mine: "none",
    });
  });

  test("is drained and let go when this worker stops; nothing is claimed any more", () => {
    const isStopping = true;
    expect(decide({ currentOwner: "me" }, { isStopping })).toMatchObject({ mine: "drain", row: { isDraining: true } });
    expect(decide({ expiresAt: null }, { isStopping })).toMatchObject({ mine: "none", isChanged: false });
    expect(decide({ currentOwner: "other", isDraining: true }, { isStopping })).toMatchObject({ isChanged: false });
  });
});

describe("sharing out", () => {
  const owned = (owners: string) =>
    [...owners].map((owner, index) => ({
      row: row({ currentOwner: owner, queueName: `q${index}` }),
      isChanged: false,
      mine: "none" as const,
      countsFor: owner,
    }));

  test.each([
    ["aaaa", 2, "a second worker takes half of four"],
    ["aabb", 1, "a third worker takes one of two pairs"],
    ["aaam", 1, "a worker with one of four takes one more"],
    ["aamm", 0, "equal shares stay"],
    ["aabm", 0, "shares that differ by one stay"],
    ["mmmm", 0, "a worker alone takes nothing"],
    ["ammm", 0, "a worker with more than its share takes nothing"],
    ["aaab", 1, "only the worker with too many is asked"],
  ])("%s: takes %i: %s", (owners, count) => {
    const decisions = owned(owners).map((it) => (it.countsFor === "m" ? { ...it, countsFor: "me" } : it));
    const steals = decideSteals(decisions, "me");
    expect(steals).toHaveLength(count);
    for (const { row: stolen } of steals) expect(stolen).toMatchObject({ nextOwner: "me" });
  });

  test("a row that is promised to somebody is not asked for", () => {
    const decisions = owned("aaaa").map((it) => ({ ...it, row: { ...it.row, nextOwner: "third" } }));
    expect(decideSteals(decisions, "me")).toEqual([]);
  });
});
