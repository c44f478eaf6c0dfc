// What a `same-kit` command in another process needs of a host, and Azure's API does not have: a run's log lines as they come, and
// its blobs, when the storage ends with the host.

import type { HostExtension } from "../host/index.ts";
import type { WebhookRequest, WebhookResponse } from "../shared/http-message.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { statusOf } from "../storage/storage-errors.ts";
import type { RecentEntries } from "./recent-entries.ts";

/** Below `/runtime/webhooks/`. */
const OBSERVER_NAME = "samekit";
/** An answer is held in memory. */
const MAX_BLOB_PART_BYTES = 8 * 1024 * 1024;

const MAX_WAIT_MS = 20_000;
const NOT_FOUND: WebhookResponse = { status: 404 };

export type ObserverDeps = {
  entries: RecentEntries;
  account: StorageAccount;
  /** Nothing else of the account is shown. */
  containerName: string;
};

/**
 * - `GET log?instanceId=ID[&from=N][&waitMs=W]` answers `{ entries, next }`, after waiting up to W for the first line. Without
 *   `from` it only tells the number to begin with.
 * - `GET blob?name=NAME&offset=N` answers a part of a blob of the hub; `x-blob-size` says how large it is.
 */
export function createObserverExtension(deps: ObserverDeps): HostExtension {
  return {
    name: OBSERVER_NAME,
    triggerTypes: [],
    async webhook({ method, url }: WebhookRequest) {
      if (method !== "GET") return NOT_FOUND;
      switch (url.pathname.split("/").at(-1)) {
        case "log":
          return answerLog(url.searchParams, deps.entries);
        case "blob":
          return answerBlob(url.searchParams, deps);
        default:
          return NOT_FOUND;
      }
    },
  };
}

async function answerLog(query: URLSearchParams, entries: RecentEntries): Promise<WebhookResponse> {
  const instanceId = query.get("instanceId");
  const from = query.get("from");
  if (instanceId === null) return { status: 400 };
  const waitMs = Math.min(toNumber(query.get("waitMs") ?? "0"), MAX_WAIT_MS);
  const page =
    from === null ? { entries: [], next: entries.next } : await entries.read(instanceId, toNumber(from), waitMs);
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(page) };
}

async function answerBlob(query: URLSearchParams, { account, containerName }: ObserverDeps): Promise<WebhookResponse> {
  const name = query.get("name");
  if (name === null) return { status: 400 };
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

function toNumber(text: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
