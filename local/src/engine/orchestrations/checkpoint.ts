// Saves an episode in the one order that a crash at any point survives: send, append history, update the row, delete the
// batch. Source: Azure/durabletask, DurableTask.AzureStorage/AzureStorageOrchestrationService.cs,
// CompleteTaskOrchestrationWorkItemAsync.

import type { Logger } from "../../shared/logger.ts";
import { HistoryConflictError } from "../errors.ts";
import type { HistoryEvent } from "../history/events.ts";
import type { LargePayloads } from "../messages/large-payloads.ts";
import type { MessageRouter, PreparedDelivery } from "../routing/message-router.ts";
import type { HistoryStore, StoredHistory } from "../tracking/history-store.ts";
import type { InstanceStore } from "../tracking/instance-store.ts";
import type { EpisodeResult } from "./episode-types.ts";

export type CheckpointDeps = {
  router: MessageRouter;
  histories: HistoryStore;
  instances: InstanceStore;
  payloads: LargePayloads;
  log: Logger;
};

export type Checkpointed = {
  /** What the next episode begins with. */
  history: StoredHistory;
  /** The rest of the checkpoint, which nobody has to wait for but the next one of the same instance. */
  finish: () => Promise<void>;
};

/**
 * Commits an episode. Messages that this host takes itself are handed over only once the history is written, so that their
 * replies always find their cause.
 *
 * @throws HistoryConflictError when another host moved the instance on; what was held back is taken back then.
 */
export async function checkpoint(
  instanceId: string,
  before: StoredHistory,
  result: Extract<EpisodeResult, { kind: "advanced" }>,
  deps: CheckpointDeps,
): Promise<Checkpointed> {
  const { executionId, events, newEventCount } = result;
  const deliveries = await Promise.all(result.outgoing.map((outgoing) => deps.router.prepare(instanceId, outgoing)));
  const appended = await append(deliveries, instanceId, before, result, deps);
  for (const delivery of deliveries) delivery.deliver();
  const blobNames = result.isNewGeneration ? appended.blobNames : [...before.blobNames, ...appended.blobNames];
  const orphaned = result.isNewGeneration ? before.blobNames : [];
  const history: StoredHistory = { events, executionId, etag: appended.etag, blobNames };
  const newEvents: readonly HistoryEvent[] = events.slice(events.length - newEventCount);
  const finish = async () => {
    const { inputBlob, outputBlob } = appended;
    const { customStatus } = result;
    await deps.instances.writeEpisode({ instanceId, executionId, newEvents, customStatus, inputBlob, outputBlob });
    await Promise.all(orphaned.map((name) => deps.payloads.remove(name)));
  };
  return { history, finish };
}

async function append(
  deliveries: readonly PreparedDelivery[],
  instanceId: string,
  before: StoredHistory,
  result: Extract<EpisodeResult, { kind: "advanced" }>,
  deps: CheckpointDeps,
) {
  const { executionId, events, newEventCount } = result;
  try {
    return await deps.histories.append({ instanceId, executionId, events, newEventCount, etag: before.etag });
  } catch (error) {
    // A conflict is certain: nothing of this episode is stored. After any other failure it may be, so the messages stay.
    const isCertain = error instanceof HistoryConflictError;
    await Promise.all(deliveries.map((delivery) => (isCertain ? delivery.takeBack() : delivery.leave())));
    throw error;
  }
}
