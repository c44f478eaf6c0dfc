// Saves an episode in the one order that survives a crash at any point: send, append history, update the row, delete
// the batch. Source: Azure/durabletask, DurableTask.AzureStorage/AzureStorageOrchestrationService.cs,
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

type Checkpointed = {
  /** The history that the next episode starts with. */
  history: StoredHistory;
  /** The remaining work, which nothing needs to wait for. */
  tail: Omit<Tail, "messages" | "beganMs">;
};

/**
 * Commits an episode. Messages that this host processes itself are handed over only after the history is written, so
 * that their replies always find their cause.
 *
 * @throws HistoryConflictError if another host advanced the instance, and any error of the storage. Messages already
 *   sent then stay in their queues and become visible when their hold ends: a rejected write may have been our own,
 *   retried.
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
  // An entity has no starter: its first episode creates it, also after a purge.
  const isEntity = parseEntityInstanceId(instanceId) !== null;
  const mayCreate =
    isEntity || newEvents.some((it) => it.EventType === EventType.ExecutionStarted && it.ParentInstance !== null);
  const row = { instanceId, executionId, newEvents, customStatus, inputBlob, outputBlob, mayCreate };
  return { history, tail: { row, orphaned, etag: appended.etag } };
}

/**
 * All or none: if one message cannot be sent, the others are left to their queues; otherwise they would be held
 * forever.
 */
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
