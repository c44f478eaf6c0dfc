import type { InstanceFilter, InstanceStatus } from "../engine/client.ts";
import type { WebhookResponse } from "../shared/http-message.ts";
import { CONTINUATION_HEADER, empty, json } from "./answers.ts";
import { historyItems } from "./history-items.ts";
import { isTerminal, statusObject } from "./instance-status.ts";
import type { ManagementCall } from "./management-call.ts";
import type { RequestQuery } from "./request-query.ts";

const DEFAULT_PAGE_SIZE = 100;
// How soon a client should poll an unfinished instance again, in seconds.
const RETRY_AFTER_S = 5;
// Storage has no earlier times; the extension also omits the filter for .NET's smallest time.
const EARLIEST_TIME = "1601-01-01T00:00:00.000Z";

export async function queryInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  const { client, query, request } = call;
  const status = await client.getStatus(instanceId, { withInput: query.flag("showInput") ?? true });
  if (status === null) return empty(404);
  const body = statusObject(shownStatus(status, query), await historyOf(status, call));
  if (!isTerminal(status.runtimeStatus)) {
    return json(202, body, { location: request.url.href, "retry-after": String(RETRY_AFTER_S) });
  }
  const asError = status.runtimeStatus === "Failed" && query.flag("returnInternalServerErrorOnFailure") === true;
  return json(asError ? 500 : 200, body);
}

/** Responds with one page; a header names the next one, and is present but empty on the last page. */
export async function listInstances({ client, query, request }: ManagementCall): Promise<WebhookResponse> {
  const token = request.headers[CONTINUATION_HEADER] ?? "";
  const prefix = query.text("instanceIdPrefix") ?? "";
  const filter = { ...createdFilter(query), ...(prefix === "" ? {} : { instanceIdPrefix: prefix }) };
  const page = await client.list(filter, {
    top: query.positiveInteger("top") ?? DEFAULT_PAGE_SIZE,
    withInput: query.flag("showInput") ?? true,
    ...(token === "" ? {} : { continuationToken: token }),
  });
  const items = page.instances.map((it) => statusObject(shownStatus(it, query)));
  return json(200, items, { [CONTINUATION_HEADER]: page.continuationToken ?? "" });
}

/** The filter shared by listing and purging. */
export function createdFilter(query: RequestQuery): InstanceFilter {
  const createdTimeFrom = query.time("createdTimeFrom");
  const createdTimeTo = query.time("createdTimeTo");
  return {
    ...(createdTimeFrom === undefined || createdTimeFrom < EARLIEST_TIME ? {} : { createdTimeFrom }),
    ...(createdTimeTo === undefined ? {} : { createdTimeTo }),
    runtimeStatus: query.statuses("runtimeStatus"),
  };
}

function shownStatus(status: InstanceStatus, query: RequestQuery): InstanceStatus {
  return query.flag("showInput") === false ? { ...status, input: null } : status;
}

async function historyOf(status: InstanceStatus, { client, query }: ManagementCall) {
  if (query.flag("showHistory") !== true || status.runtimeStatus === "Pending") return undefined;
  const events = await client.getHistory(status.instanceId, status.executionId);
  return historyItems(events, {
    showInput: query.flag("showInput") ?? true,
    showHistoryOutput: query.flag("showHistoryOutput") ?? false,
  });
}
