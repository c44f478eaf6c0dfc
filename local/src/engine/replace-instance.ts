import { type Clock, pollUntil, waitingBy } from "@same-kit/shared";
import type { TaskHubClient } from "./client.ts";
import { OrchestrationNotReplacedError } from "./errors.ts";
import { TERMINAL } from "./history/events.ts";
import type { InstanceRow, InstanceStore } from "./tracking/instance-store.ts";

// The time that the extension waits for the end of an instance that a new start replaces.
const END_TIMEOUT_MS = 180_000;
const POLL_MS = 100;

/**
 * Ends an instance whose id is needed for a new one.
 *
 * @returns Its row once it has ended; null if it was purged in the meantime.
 * @throws OrchestrationNotReplacedError if it does not end in time.
 * @see Azure/azure-functions-durable-extension, DurabilityProvider.cs
 */
export async function endForReplacement(
  instanceId: string,
  row: InstanceRow,
  { client, instances, clock }: { client: Pick<TaskHubClient, "terminate">; instances: InstanceStore; clock: Clock },
): Promise<InstanceRow | null> {
  // Apps and tests look for the first sentence, which is the extension's.
  const reason =
    `A new instance creation request has been issued for instance ${instanceId} which currently has status ` +
    `${row.status}. It was terminated to make room.`;
  await client.terminate(instanceId, reason);
  const ended = await pollUntil({
    attempt: async () => {
      const found = await instances.findRow(instanceId);
      return found === null || TERMINAL.includes(found.status) ? { row: found } : null;
    },
    everyMs: POLL_MS,
    limitMs: END_TIMEOUT_MS,
    waiting: waitingBy(clock),
  });
  if (ended !== null) return ended.row;
  throw new OrchestrationNotReplacedError(instanceId, row.status);
}
