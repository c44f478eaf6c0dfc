// Finds what the user should look at first.

import type { HubState, InspectedFunction, InstanceSummary } from "../../../local/src/inspector/api.ts";
import { formatDuration } from "../parts/format.ts";
import { hrefOf } from "../route.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A queue that is being read delivers within seconds. */
const STALE_MS = 60_000;
const NAMED_INSTANCES = 5;

type AttentionItem = { text: string; link: { text: string; href: string } | null };

type Seen = {
  instances: readonly InstanceSummary[];
  functions: readonly InspectedFunction[];
  hub: HubState | null;
  now: Date;
};

export function findAttention({ instances, functions, hub, now }: Seen): AttentionItem[] {
  return [
    ...brokenFunctions(functions),
    ...failedInstances(instances, now),
    ...(hub === null ? [] : [...poisonQueues(hub), ...stoppedPartitions(hub, now), ...staleMessages(hub, now)]),
  ];
}

function brokenFunctions(functions: readonly InspectedFunction[]): AttentionItem[] {
  return functions
    .filter(({ errors }) => errors.length > 0)
    .map(({ name, errors }) => ({ text: `The function ${name} is not served: ${errors.join("; ")}`, link: null }));
}

function failedInstances(instances: readonly InstanceSummary[], now: Date): AttentionItem[] {
  const since = new Date(now.getTime() - DAY_MS).toISOString();
  const failed = instances.filter(({ status, updatedAt }) => status === "Failed" && updatedAt >= since);
  const named = failed.slice(0, NAMED_INSTANCES).map(({ id, name }) => ({
    text: `${name} failed:`,
    link: { text: id, href: hrefOf("instance", { id }) },
  }));
  const others = failed.length - named.length;
  if (others === 0) return named;
  const link = { text: "all that failed", href: hrefOf("instances", { status: "Failed" }) };
  return [...named, { text: `${others} more failed within a day:`, link }];
}

function poisonQueues({ poison }: HubState): AttentionItem[] {
  return poison
    .filter(({ messages }) => messages !== null && messages > 0)
    .map(({ name, messages }) => ({
      text: `${messages === 1 ? "One message is" : `${messages} messages are`} in the poison queue ${name}.`,
      link: { text: "Task hub", href: hrefOf("hub") },
    }));
}

/** Whether no host works on the partition's instances. */
export function isStopped({ owner, leaseExpiresAt }: HubState["partitions"][number], now: Date): boolean {
  return owner === null || (leaseExpiresAt !== null && Date.parse(leaseExpiresAt) < now.getTime());
}

function stoppedPartitions({ partitions }: HubState, now: Date): AttentionItem[] {
  const stopped = partitions.filter((it) => isStopped(it, now));
  if (stopped.length === 0) return [];
  const all = stopped.length === partitions.length;
  const text = all ? "No host reads the task hub: nothing continues." : `No host reads ${listed(stopped)}.`;
  return [{ text, link: { text: "Task hub", href: hrefOf("hub") } }];
}

function staleMessages({ partitions, workItems }: HubState, now: Date): AttentionItem[] {
  return [...partitions, workItems].flatMap(({ name, oldestAt }) => {
    const ageMs = oldestAt === null ? 0 : now.getTime() - Date.parse(oldestAt);
    if (ageMs < STALE_MS) return [];
    return [
      {
        text: `A message has waited in ${name} for ${formatDuration(ageMs)}.`,
        link: { text: "Task hub", href: hrefOf("hub") },
      },
    ];
  });
}

function listed(queues: readonly { name: string }[]): string {
  return queues.map(({ name }) => name).join(", ");
}
