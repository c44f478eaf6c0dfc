// What a `same-kit` command in another process, or a page, needs from a host beyond Azure's API: its events as they
// happen, and its blobs, if the storage ends with the host.

import type { EventFilter, EventLog } from "../events/event-log.ts";
import { EVENT_STREAM_TYPE, eventStream } from "../events/event-stream.ts";
import type { HostExtension } from "../host/index.ts";
import type { WebhookRequest, WebhookResponse, WebhookStream } from "../shared/http-message.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { statusOf } from "../storage/storage-errors.ts";

/** Below `/runtime/webhooks/`. */
const OBSERVER_NAME = "samekit";
/** A response is held in memory. */
const MAX_BLOB_PART_BYTES = 8 * 1024 * 1024;
/** Each reader holds a connection; this is more than the pages and commands of one user need. */
const MAX_READERS = 64;

const MAX_BLOB_NAME_LENGTH = 1024;
const NOT_FOUND: WebhookResponse = { status: 404 };

type ObserverDeps = {
  events: EventLog;
  account: StorageAccount;
  /** No other container of the account is exposed. */
  containerName: string;
};

/**
 * - `GET events[?instanceId=ID][&kinds=KIND,KIND][&from=now][&follow=false]` streams the host's events (server-sent
 *   events), starting with the kept ones; `Last-Event-ID`, or `from` with that id, continues after that event; with
 *   `follow=false` the stream ends after the kept ones.
 * - `GET blob?name=NAME&offset=N` returns part of a blob of the hub; `x-blob-size` contains its size.
 */
export function createObserverExtension(deps: ObserverDeps): HostExtension {
  const readers = new Set<AbortSignal>();
  return {
    name: OBSERVER_NAME,
    triggerTypes: [],
    async webhook(request: WebhookRequest) {
      if (request.method !== "GET") return NOT_FOUND;
      switch (request.url.pathname.split("/").at(-1)) {
        case "events":
          return answerEvents(request, deps.events, readers);
        case "blob":
          return answerBlob(request.url.searchParams, deps);
        default:
          return NOT_FOUND;
      }
    },
  };
}

function answerEvents(
  { url, headers }: WebhookRequest,
  events: EventLog,
  readers: Set<AbortSignal>,
): WebhookResponse | WebhookStream {
  if (readers.size >= MAX_READERS) return { status: 503, headers: { "retry-after": "5" } };
  const query = url.searchParams;
  const instanceId = query.get("instanceId");
  const kinds = query.get("kinds");
  const from = headers["last-event-id"] ?? query.get("from");
  const filter: EventFilter = {
    ...(from === null ? {} : { from }),
    ...(instanceId === null ? {} : { instanceId }),
    ...(kinds === null ? {} : { kinds: new Set(kinds.split(",")) }),
    follow: query.get("follow") !== "false",
  };
  return {
    status: 200,
    headers: { "content-type": EVENT_STREAM_TYPE, "cache-control": "no-store" },
    stream(signal) {
      readers.add(signal);
      signal.addEventListener("abort", () => readers.delete(signal));
      return eventStream(events, filter, signal);
    },
  };
}

async function answerBlob(query: URLSearchParams, { account, containerName }: ObserverDeps): Promise<WebhookResponse> {
  const name = query.get("name") ?? "";
  if (!isBlobName(name))
    return badRequest(`"name" is 1 to ${MAX_BLOB_NAME_LENGTH} characters of a path without . and .. in it.`);
  const container = account.container(containerName);
  try {
    const { sizeBytes: size } = await container.properties(name);
    const offset = Math.min(toNumber(query.get("offset") ?? "0"), size);
    const count = Math.min(size - offset, MAX_BLOB_PART_BYTES);
    const body = count === 0 ? Buffer.alloc(0) : await container.download(name, { offset, count });
    return {
      status: 200,
      headers: { "content-type": "application/octet-stream", "x-blob-size": String(size) },
      body,
    };
  } catch (error) {
    if (statusOf(error) === 404) return NOT_FOUND;
    throw error;
  }
}

/** Checked here so that the storage's own error messages are never shown. */
function isBlobName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
  if (name === "" || name.length > MAX_BLOB_NAME_LENGTH || /[\u0000-\u001f\u007f-\u009f]/.test(name)) return false;
  return name.isWellFormed() && !name.split(/[/\\]/).some((part) => part === "." || part === "..");
}

function badRequest(message: string): WebhookResponse {
  return { status: 400, headers: { "content-type": "text/plain; charset=utf-8" }, body: message };
}

function toNumber(text: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
