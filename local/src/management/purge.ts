import type { WebhookResponse } from "../shared/http-message.ts";
import { empty, json } from "./answers.ts";
import { isTerminal } from "./instance-status.ts";
import type { ManagementCall } from "./management-call.ts";
import { createdFilter } from "./query-instances.ts";

export async function purgeInstance(instanceId: string, { client }: ManagementCall): Promise<WebhookResponse> {
  // Entities never end, so they can always be purged, and a missing one is not an error.
  if (instanceId.startsWith("@")) return json(200, { instancesDeleted: Number(await client.purge(instanceId)) });
  const status = await client.getStatus(instanceId, { withInput: false });
  if (status === null) return empty(404);
  if (!isTerminal(status.runtimeStatus)) {
    return json(
      412,
      "Only orchestrations in a terminal state can be purged, " +
        `but the orchestration with instance ID ${instanceId} has status ${status.runtimeStatus}`,
    );
  }
  return (await client.purge(instanceId)) ? json(200, { instancesDeleted: 1 }) : empty(404);
}

/**
 * Running instances are never selected, whatever the filter names. A filter that names no purgeable status selects
 * nothing; the storage provider drops such statuses and, with none left, purges everything.
 */
export async function purgeInstances({ client, query, clock }: ManagementCall): Promise<WebhookResponse> {
  if (query.time("createdTimeFrom") === undefined) {
    return json(400, "Please provide value for 'createdTimeFrom' parameter.");
  }
  const filter = createdFilter(query);
  const runtimeStatus = (filter.runtimeStatus ?? []).filter(isTerminal);
  const isFiltered = (query.text("runtimeStatus") ?? "").trim() !== "";
  if (isFiltered && runtimeStatus.length === 0) return empty(404);
  const createdTimeTo = filter.createdTimeTo ?? clock.now().toISOString();
  const instancesDeleted = await client.purgeMany({ ...filter, createdTimeTo, runtimeStatus });
  return instancesDeleted === 0 ? empty(404) : json(200, { instancesDeleted });
}
