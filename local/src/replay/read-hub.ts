import { createSystemClock, reasonOf } from "@same-kit/shared";
import type { InstanceStatus } from "../engine/client.ts";
import { eventTypeName } from "../engine/history/event-members.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { LargePayloads } from "../engine/taskhub/large-payloads.ts";
import { attachTaskHub } from "../engine/taskhub/task-hub.ts";
import { HistoryStore } from "../engine/tracking/history-store.ts";
import { InstanceStore } from "../engine/tracking/instance-store.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { statusOf } from "../storage/storage-errors.ts";
import { ReplayError } from "./errors.ts";
import type { Recording } from "./recording.ts";

export type HubChoice = {
  /** How many of the newest instances to read; ignored if instances are named. */
  last: number;
  instanceIds: readonly string[];
};

const PAGE = 1_000;
// More concurrent reads from one storage would disturb the app that works on it.
const LOADS_AT_ONCE = 8;

/**
 * Reads histories from a task hub, newest first. Writes nothing, so the hub may belong to an app in production.
 *
 * @throws ReplayError `ERR_REPLAY_HUB`
 */
export async function readHub(
  storage: StorageAccount,
  { hubName, partitionCount }: Pick<DurableTaskSettings, "hubName" | "partitionCount">,
  { last, instanceIds }: HubChoice,
): Promise<Recording[]> {
  const hub = attachTaskHub({ storage, hubName, partitionCount });
  const deps = { hub, payloads: new LargePayloads(hub.largeMessages), clock: createSystemClock() };
  const instances = new InstanceStore(deps);
  const histories = new HistoryStore(deps);
  try {
    const chosen = instanceIds.length > 0 ? await named(instances, instanceIds) : await newest(instances, last);
    const recordings: Recording[] = [];
    for (let i = 0; i < chosen.length; i += LOADS_AT_ONCE) {
      const loads = chosen.slice(i, i + LOADS_AT_ONCE).map((it) => histories.load(it.instanceId, it.executionId));
      for (const [n, { events }] of (await Promise.all(loads)).entries()) {
        const { instanceId = "", name = "" } = chosen[i + n] ?? {};
        // A pending instance has no events yet.
        if (events.length > 0) recordings.push({ instanceId, name, events, origins: originsOf(events) });
      }
    }
    return recordings;
  } catch (error) {
    throw error instanceof ReplayError ? error : unreadable(hubName, error);
  }
}

async function named(instances: InstanceStore, ids: readonly string[]): Promise<InstanceStatus[]> {
  const found = await Promise.all(ids.map((id) => instances.status(id, { withInput: false })));
  const missing = ids.filter((_, index) => found[index] === null);
  if (missing.length === 0) return found.filter((it) => it !== null);
  const message = `The task hub has no instance ${missing.map((it) => `"${it}"`).join(", ")}.`;
  throw new ReplayError({ code: "ERR_REPLAY_HUB", message });
}

/** The table is sorted by id, so all rows must be read. */
async function newest(instances: InstanceStore, count: number): Promise<InstanceStatus[]> {
  let kept: InstanceStatus[] = [];
  let token: string | null = null;
  do {
    const page = { top: PAGE, withInput: false, ...(token === null ? {} : { continuationToken: token }) };
    const { rows, continuationToken } = await instances.list({}, page);
    // Entities are instances too, without an orchestrator.
    kept = [...kept, ...rows.filter(({ instanceId }) => !instanceId.startsWith("@"))];
    kept.sort((a, b) => (a.createdTime < b.createdTime ? 1 : -1));
    kept = kept.slice(0, count);
    token = continuationToken;
  } while (token !== null);
  return kept;
}

function originsOf(events: Recording["events"]): Recording["origins"] {
  return new Map(
    events.map((event, index) => [event, { event: { ...event, EventType: eventTypeName(event.EventType) }, index }]),
  );
}

function unreadable(hubName: string, cause: unknown): ReplayError {
  const why = statusOf(cause) === 404 ? "There is no such hub in this storage." : `${reasonOf(cause)}.`;
  return new ReplayError({
    code: "ERR_REPLAY_HUB",
    message: `The task hub "${hubName}" cannot be read. ${why}`,
    hint: "Specify the storage with --storage and the hub with --hub; in Azure the hub's name is in host.json, or derived from the site's name.",
    cause,
  });
}
