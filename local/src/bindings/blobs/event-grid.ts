import { isRecord, parseSentJson } from "@same-kit/shared";
import type { WebhookRequest, WebhookResponse } from "../../shared/http-message.ts";

/** A blob named by an event, and the function that the event is for. */
export type BlobEvent = { functionId: string; containerName: string; blobName: string; etag: string | null };

const CREATED = "Microsoft.Storage.BlobCreated";
const VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent";
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/;

/**
 * Answers Event Grid, which posts to `blobs?functionName=Host.Functions.NAME`: the validation handshakes of both
 * schemas, and events. An accepted event has been passed to `add` before the response is sent.
 *
 * @see Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Blobs/src/Listeners/HttpRequestProcessor.cs
 */
export async function answerEventGrid(
  { method, url, headers, body }: WebhookRequest,
  { isServed, add }: { isServed(functionId: string): boolean; add(event: BlobEvent): Promise<void> },
): Promise<WebhookResponse> {
  const origin = headers["webhook-request-origin"];
  if (method === "OPTIONS" && origin !== undefined) {
    return { status: 200, headers: { "webhook-allowed-origin": origin, "webhook-allowed-rate": "*" } };
  }
  if (method !== "POST") return { status: 405, headers: { allow: "POST, OPTIONS" } };
  const functionId = url.searchParams.get("functionName") ?? "";
  if (!isServed(functionId)) {
    return { status: 404, body: `No function with a blob trigger of the source EventGrid is named "${functionId}".` };
  }
  const events = parseEvents(body);
  if (events === null) return { status: 400, body: "The body is neither an Event Grid event nor a list of them." };
  const code = events.map(validationCodeOf).find((it) => it !== undefined);
  if (code !== undefined) {
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ validationResponse: code }),
    };
  }
  for (const event of events) {
    const blob = toBlobEvent(event, functionId);
    if (blob !== null) await add(blob);
  }
  return { status: 202 };
}

function parseEvents(body: Buffer): Record<string, unknown>[] | null {
  try {
    const value: unknown = parseSentJson(body);
    const events: unknown[] = Array.isArray(value) ? value : [value];
    return events.every(isRecord) ? events : null;
  } catch {
    return null;
  }
}

function validationCodeOf(event: Record<string, unknown>): string | undefined {
  const { data } = event;
  return typeOf(event) === VALIDATION && isRecord(data) ? String(data["validationCode"]) : undefined;
}

/** Other events, for example a deleted blob, are ignored. */
function toBlobEvent(event: Record<string, unknown>, functionId: string): BlobEvent | null {
  if (typeOf(event) !== CREATED) return null;
  const match = SUBJECT.exec(String(event["subject"] ?? ""));
  if (match === null) return null;
  const { data } = event;
  const etag = isRecord(data) && typeof data["eTag"] === "string" ? data["eTag"].replace(/^"|"$/g, "") : null;
  return { functionId, containerName: match[1]!, blobName: match[2]!, etag };
}

/** Event Grid's schema has `eventType`, CloudEvents has `type`. */
const typeOf = (event: Record<string, unknown>): unknown => event["eventType"] ?? event["type"];
