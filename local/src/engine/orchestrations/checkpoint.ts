// Saves an episode in the one order that a crash at any point survives: send, append history, update the row, delete the
// batch. Source: Azure/durabletask, DurableTask.AzureStorage/AzureStorageOrchestrationService.cs,
// CompleteTaskOrchestrationWorkItemAsync.

import type { Delivery, PreparedDelivery } from "../delivery/delivery.ts";
import { EventType, type HistoryEvent } from "../history/events.ts";
import { parseEntityInstanceId } from "../messages/entity-id.ts";
import type { Outgoing } from "../messages/message-data.ts";
import type { HistoryStore, StoredHistory } from "../tracking/history-store.ts";
import type { Tail } from "./checkpoint-tail.ts";
import type { EpisodeResult } from "./episode-types.ts";

export type CheckpointDeps = {
  delivery: Delivery;
  histories: HistoryStore;
};

export type Checkpointed = {
  /** What the next episode begins with. */
  history: StoredHistory;
  /** The remaining work, for which nothing has to wait. */
  tail: Omit<Tail, "messages" | "beganMs">;
};

/**
 * Commits an episode. Messages that this host takes itself are handed over only once the history is written, so that their
 * replies always find their cause.
 *
 * @throws HistoryConflictError when another host moved the instance on, and whatever the storage throws. What was sent stays in
 * its queues then and shows when its hold is over: a write that was refused may be our own, tried twice.
 */
export async function checkpoint(
  instanceId: string,
  before: StoredHistory,
  result: Extract<EpisodeResult, { kind: "advanced" }>,
  deps: CheckpointDeps,
): Promise<Checkpointed> {
  const { executionId, events, newEventCount } = result;
  const deliveries = await prepareAll(instanceId, result.outgoing, deps.delivery);
  const append = { instanceId, executionId, events, newEventCount, etag: before.etag };
  const appended = await deps.histories.append(append).catch((error: unknown) => {
    leaveAll(deliveries);
    throw error;
  });
  for (const delivery of deliveries) delivery.deliver();
  const blobNames = result.isNewGeneration ? appended.blobNames : [...before.blobNames, ...appended.blobNames];
  const orphaned = result.isNewGeneration ? before.blobNames : [];
  const history: StoredHistory = { events, executionId, etag: appended.etag, blobNames };
  const newEvents: readonly HistoryEvent[] = events.slice(events.length - newEventCount);
  const { inputBlob, outputBlob } = appended;
  const { customStatus } = result;
  // An entity has no starter: it begins to exist with its first episode, also after it was purged.
  const isEntity = parseEntityInstanceId(instanceId) !== null;
  const mayCreate =
    isEntity || newEvents.some((it) => it.EventType === EventType.ExecutionStarted && it.ParentInstance !== null);
  const row = { instanceId, executionId, newEvents, customStatus, inputBlob, outputBlob, mayCreate };
  return { history, tail: { row, orphaned, etag: appended.etag } };
}

/** All or none: one message that could not be sent leaves the others to the queues, or they would be held for ever. */
async function prepareAll(
  instanceId: string,
  outgoing: readonly Outgoing[],
  delivery: Delivery,
): Promise<PreparedDelivery[]> {
  const settled = await Promise.allSettled(outgoing.map((it) => delivery.prepare(instanceId, it)));
  const deliveries = settled.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
  const failed = settled.find((it) => it.status === "rejected");
  if (failed === undefined) return deliveries;
  leaveAll(deliveries);
  throw failed.reason;
}

function leaveAll(deliveries: readonly PreparedDelivery[]): void {
  for (const delivery of deliveries) delivery.leave();
}
