import type { TaskHubClient } from "../engine/client.ts";
import { parseSchedulerState } from "../engine/entities/scheduler-state.ts";
import { toInstanceId } from "../engine/messages/entity-id.ts";
import type { EntityInternals } from "../inspector/index.ts";

/** Reads what only an entity's row contains; null if there is no row. */
export async function readEntityInternals(
  client: TaskHubClient,
  name: string,
  key: string,
): Promise<EntityInternals | null> {
  const status = await client.getStatus(toInstanceId({ name, key }), { withInput: true });
  if (status === null) return null;
  const { lockedBy, queue } = parseSchedulerState(status.input);
  const pending = queue.map(({ operation, parent, isSignal }) => ({
    operation: operation ?? "",
    from: parent,
    isSignal,
  }));
  return { lockedBy, pending };
}
