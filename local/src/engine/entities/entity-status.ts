import type { InstanceStatus } from "../client.ts";
import { type EntityId, parseEntityInstanceId } from "../messages/entity-id.ts";
import { parseSchedulerState } from "./scheduler-state.ts";

/** An entity as clients see it. */
type EntityStatus = {
  entityId: EntityId;
  exists: boolean;
  /** JSON text; null without a state, or if the status was read without its input. */
  state: string | null;
  lastOperationTime: string;
  lockedBy: string | null;
  queueLength: number;
};

/** @returns null if the instance is not an entity. */
export function entityStatusOf(status: InstanceStatus): EntityStatus | null {
  const entityId = parseEntityInstanceId(status.instanceId);
  if (entityId === null) return null;
  const { createdTime: lastOperationTime } = status;
  // Without the input, the custom status shows whether it exists.
  if (status.input === null) {
    const exists = status.customStatus?.includes("entityExists") ?? false;
    return { entityId, exists, state: null, lastOperationTime, lockedBy: null, queueLength: 0 };
  }
  const { exists, state, lockedBy, queue } = parseSchedulerState(status.input);
  // The .NET library's own entities omit `exists`.
  return { entityId, exists: exists || state !== null, state, lastOperationTime, lockedBy, queueLength: queue.length };
}
