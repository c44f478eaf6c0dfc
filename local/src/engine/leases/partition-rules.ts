// What one pass over the partitions decides; pure functions. The rules are those of Azure/durabletask,
// DurableTask.AzureStorage/Partitioning/TablePartitionManager.cs, so that hosts of both kinds can share a hub.

import { formatTicks, parseTicks } from "@same-kit/shared";
import type { PartitionRow } from "./partition-table.ts";

export type PassContext = {
  me: string;
  /** UTC text. */
  now: string;
  /** All partitions are being released; none is claimed. */
  isStopping: boolean;
  /** Queues whose work here has ended and which can be released. */
  drained: ReadonlySet<string>;
  /** Whether an owner's process is known to be dead, so that its lease need not expire first. */
  isGone: (owner: string) => boolean;
  /** Whether a host that does not use the table holds the queue. */
  isHeldElsewhere: (queueName: string) => boolean;
};

/** The decision about one row. */
export type RowDecision = {
  row: PartitionRow;
  isChanged: boolean;
  /** `own`: poll the queue. `drain`: stop dequeuing, finish running work. `none`: not ours. */
  mine: "own" | "drain" | "none";
  /** The worker that the row counts for when the partitions are balanced. */
  countsFor: string | null;
};

/** 30 s as in the extension: how long a dead host's partitions are unavailable to others. */
const LEASE_INTERVAL_MS = 30_000;
const TICKS_PER_MS = 10_000n;

/** Decides about one row: claim or renew it, start or finish draining it, or leave it to its owner. */
export function decideRow(row: PartitionRow, context: PassContext): RowDecision {
  const { me, now, isStopping } = context;
  if (context.isHeldElsewhere(row.queueName)) return decideHeldElsewhere(row, me);
  const isFree =
    (row.currentOwner === null && (row.nextOwner === null || row.nextOwner === me)) ||
    isExpired(row, now) ||
    (row.currentOwner !== null && row.currentOwner !== me && context.isGone(row.currentOwner));
  if (isFree && !isStopping) {
    const claimed = { ...row, currentOwner: me, nextOwner: null, ownedSince: now, isDraining: false };
    return { row: renewed(claimed, now), isChanged: true, mine: "own", countsFor: me };
  }
  if (row.currentOwner !== me) return decideForeign(row, context);
  if (row.nextOwner === null && !isStopping) {
    return { row: renewed(row, now), isChanged: true, mine: "own", countsFor: me };
  }
  if (context.drained.has(row.queueName)) {
    // The next owner stays recorded: until the lease expires, only that host may claim the row.
    const released = { ...row, currentOwner: null, isDraining: false };
    return { row: released, isChanged: true, mine: "none", countsFor: row.nextOwner };
  }
  return { row: renewed({ ...row, isDraining: true }, now), isChanged: true, mine: "drain", countsFor: row.nextOwner };
}

/**
 * That host reads the queue whatever the row says: an owner recorded there would only block others once that host ends.
 */
function decideHeldElsewhere(row: PartitionRow, me: string): RowDecision {
  const released = { ...row, currentOwner: null, nextOwner: null, isDraining: false };
  const isMine = row.currentOwner === me;
  return { row: isMine ? released : row, isChanged: isMine, mine: "none", countsFor: null };
}

function decideForeign(row: PartitionRow, { me, isStopping }: PassContext): RowDecision {
  const unchanged = { row, isChanged: false, mine: "none" } as const;
  if (row.nextOwner !== null) return { ...unchanged, countsFor: row.nextOwner };
  if (row.isDraining && !isStopping) {
    return { row: { ...row, nextOwner: me }, isChanged: true, mine: "none", countsFor: me };
  }
  return { ...unchanged, countsFor: row.currentOwner };
}

/** Rows to request from others, so that every host gets its share. */
export function decideSteals(decisions: readonly RowDecision[], me: string): RowDecision[] {
  const owners = new Set(
    decisions.flatMap(({ countsFor }) => (countsFor === null || countsFor === me ? [] : [countsFor])),
  );
  if (owners.size === 0) return [];
  const average = Math.floor(decisions.length / (owners.size + 1));
  let mine = decisions.filter(({ countsFor }) => countsFor === me).length;
  const steals: RowDecision[] = [];
  for (const owner of owners) {
    const theirs = decisions.filter(({ countsFor }) => countsFor === owner);
    const excess = theirs.length - average;
    let wanted = average - mine;
    if (wanted < 0) break;
    if (wanted === 0 && excess > 1) wanted = 1;
    const taken = theirs.filter(({ row }) => row.nextOwner === null).slice(0, Math.max(0, Math.min(wanted, excess)));
    for (const { row } of taken) {
      steals.push({ row: { ...row, nextOwner: me }, isChanged: true, mine: "none", countsFor: me });
      mine += 1;
    }
  }
  return steals;
}

function renewed(row: PartitionRow, now: string): PartitionRow {
  const expiresAt = formatTicks(parseTicks(now) + BigInt(LEASE_INTERVAL_MS) * TICKS_PER_MS);
  return { ...row, lastRenewal: now, expiresAt };
}

function isExpired({ expiresAt }: PartitionRow, now: string): boolean {
  return expiresAt !== null && parseTicks(now) >= parseTicks(expiresAt);
}
