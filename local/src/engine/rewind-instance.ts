// Removes the failures from a history, so that what failed is repeated and everything else keeps its result.
// Source: Azure/durabletask, DurableTask.AzureStorage/Tracking/AzureTableTrackingStore.cs, RewindHistoryAsync.

import { EventType, type HistoryEvent } from "./history/events.ts";
import type { HistoryStore, RewoundRow } from "./tracking/history-store.ts";
import type { InstanceStore } from "./tracking/instance-store.ts";

type RewindDeps = {
  histories: Pick<HistoryStore, "load" | "rewind">;
  instances: Pick<InstanceStore, "markRewound">;
  /** Runs `work` while nothing of the instance is being processed here. */
  whileIdle(instanceId: string, work: () => Promise<void>): Promise<void>;
  /** Makes an instance re-examine its history. */
  wake(instanceId: string): Promise<void>;
};

/**
 * Rewinds a failed instance and those of its children that failed with it. The innermost are woken; their parents
 * continue when they end. An interrupted rewind can be repeated.
 */
export async function rewindInstance(instanceId: string, deps: RewindDeps): Promise<void> {
  const children: string[] = [];
  await deps.whileIdle(instanceId, async () => {
    const { events, executionId, etag } = await deps.histories.load(instanceId, null);
    if (executionId === null || etag === null) return;
    const plan = planRewind(events);
    children.push(...plan.children);
    await deps.histories.rewind({ instanceId, executionId, etag, rows: plan.rows });
  });
  for (const child of children) await rewindInstance(child, deps);
  await deps.instances.markRewound(instanceId);
  if (children.length === 0) await deps.wake(instanceId);
}

type RewindPlan = {
  rows: RewoundRow[];
  /** Children that failed, or that an interrupted rewind left to be woken. */
  children: string[];
};

/** Finds the rows that a rewind of this history changes, and the children to be rewound. */
export function planRewind(events: readonly HistoryEvent[]): RewindPlan {
  const rows: RewoundRow[] = [];
  const children: string[] = [];
  const hasEnded = events.some((it) => it.EventType === EventType.ExecutionCompleted);
  const open = new Map<number, string>();
  const scheduledAt = new Map<number, number>();
  events.forEach((event, index) => {
    switch (event.EventType) {
      case EventType.TaskScheduled:
        scheduledAt.set(event.EventId, index);
        break;
      case EventType.SubOrchestrationInstanceCreated:
        scheduledAt.set(event.EventId, index);
        open.set(event.EventId, event.InstanceId);
        break;
      case EventType.SubOrchestrationInstanceCompleted:
        open.delete(event.TaskScheduledId);
        break;
      case EventType.TaskFailed: {
        const cause = scheduledAt.get(event.TaskScheduledId);
        // It is scheduled again, under the same number.
        if (cause !== undefined) rows.push({ index: cause, was: "TaskScheduled", isTakenOut: true });
        rows.push({ index, was: "TaskFailed", isTakenOut: true });
        break;
      }
      case EventType.SubOrchestrationInstanceFailed: {
        const cause = scheduledAt.get(event.TaskScheduledId);
        // The child continues unchanged, so its creation event stays.
        if (cause !== undefined) rows.push({ index: cause, was: "SubOrchestrationInstanceCreated", isTakenOut: false });
        rows.push({ index, was: "SubOrchestrationInstanceFailed", isTakenOut: true });
        const child = open.get(event.TaskScheduledId);
        if (child !== undefined) children.push(child);
        open.delete(event.TaskScheduledId);
        break;
      }
      case EventType.ExecutionCompleted:
        rows.push({ index, was: "ExecutionCompleted", isTakenOut: true });
        break;
    }
  });
  return { rows, children: hasEnded ? children : [...children, ...open.values()] };
}
