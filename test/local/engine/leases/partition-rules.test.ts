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
    ["that never had an owner", { expiresAt: null }],
    ["that was released", {}],
    ["that was released for this worker", { nextOwner: "me" }],
    ["whose lease has expired", { currentOwner: "other", expiresAt: BEFORE }],
    ["whose lease expires now", { currentOwner: "other", expiresAt: NOW }],
    ["that was released for a worker that never claimed it", { nextOwner: "other", expiresAt: BEFORE }],
  ])("%s", (_, changes) => {
    expect(decide(changes)).toMatchObject({ ...claimed, isChanged: true });
  });

  test("if the process of its owner is gone", () => {
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

describe("a row whose queue is held by a host of another kind", () => {
  const isHeldElsewhere = (queueName: string) => queueName === "hub-control-00";
  test("is not claimed, although it is free, and counts for no worker", () => {
    expect(decide({ expiresAt: null }, { isHeldElsewhere })).toMatchObject({
      mine: "none",
      isChanged: false,
      countsFor: null,
    });
  });

  test("is released immediately, for any worker", () => {
    expect(decide({ currentOwner: "me", nextOwner: "other" }, { isHeldElsewhere })).toMatchObject({
      row: { currentOwner: null, nextOwner: null, isDraining: false },
      mine: "none",
      isChanged: true,
    });
  });

  test("is left unchanged if another worker owns it", () => {
    expect(decide({ currentOwner: "other" }, { isHeldElsewhere })).toMatchObject({ mine: "none", isChanged: false });
  });
});

describe("a row of another worker", () => {
  test.each<[string, Partial<PartitionRow>, string]>([
    ["counts for its owner", { currentOwner: "other" }, "other"],
    ["counts for the worker that requested it", { currentOwner: "other", nextOwner: "third" }, "third"],
    ["counts for this worker after it requested it", { currentOwner: "other", nextOwner: "me" }, "me"],
    ["is left alone if it was released for a third worker", { nextOwner: "third" }, "third"],
  ])("%s", (_, changes, countsFor) => {
    expect(decide(changes)).toMatchObject({ mine: "none", isChanged: false, countsFor });
  });

  test("is requested when its owner is shutting down", () => {
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

  test("that another worker requests is drained, then released for that worker only", () => {
    const asked = { currentOwner: "me", nextOwner: "other" };
    expect(decide(asked)).toMatchObject({ row: { ...asked, isDraining: true }, mine: "drain", countsFor: "other" });
    expect(decide({ ...asked, isDraining: true }, { drained: new Set(["hub-control-00"]) })).toMatchObject({
      row: { currentOwner: null, nextOwner: "other", isDraining: false },
      mine: "none",
    });
  });

  test("is drained and released when this worker stops, and no row is claimed any more", () => {
    const isStopping = true;
    expect(decide({ currentOwner: "me" }, { isStopping })).toMatchObject({ mine: "drain", row: { isDraining: true } });
    expect(decide({ expiresAt: null }, { isStopping })).toMatchObject({ mine: "none", isChanged: false });
    expect(decide({ currentOwner: "other", isDraining: true }, { isStopping })).toMatchObject({ isChanged: false });
  });
});

describe("balancing", () => {
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
    ["aamm", 0, "equal shares are kept"],
    ["aabm", 0, "shares that differ by one are kept"],
    ["mmmm", 0, "a single worker takes nothing"],
    ["ammm", 0, "a worker with more than its share takes nothing"],
    ["aaab", 1, "only the worker with too many gives one up"],
  ])("%s: takes %i: %s", (owners, count) => {
    const decisions = owned(owners).map((it) => (it.countsFor === "m" ? { ...it, countsFor: "me" } : it));
    const steals = decideSteals(decisions, "me");
    expect(steals).toHaveLength(count);
    for (const { row: stolen } of steals) expect(stolen).toMatchObject({ nextOwner: "me" });
  });

  test("a row that is promised to another worker is not requested", () => {
    const decisions = owned("aaaa").map((it) => ({ ...it, row: { ...it.row, nextOwner: "third" } }));
    expect(decideSteals(decisions, "me")).toEqual([]);
  });
});
