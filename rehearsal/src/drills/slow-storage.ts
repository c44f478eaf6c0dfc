// A storage account whose creation takes minutes. The end time is part of the URL at which the operation is polled, so
// the mini Azure stores nothing for the drill.
import type { Answer, MiniRequest } from "../http/answer.ts";
import type { Interception } from "./drill.ts";
import { isOk, on } from "./requests.ts";

const DURATION_MS = 10 * 60_000;
const HELD_UNTIL = "held-until";
const STORAGE = /\/storageAccounts\/[^/]+$/i;
const OPERATION = /\/operationresults\/[^/]+$/i;

export const slowStorage: readonly Interception[] = [
  on("arm", "PUT", STORAGE, async (request, next) => {
    const accepted = await next(request);
    const location = isOk(accepted) ? accepted.headers?.["location"] : undefined;
    if (location === undefined) return accepted;
    const held = new URL(location);
    held.searchParams.set(HELD_UNTIL, String(Date.now() + DURATION_MS));
    return watchAt(held);
  }),
  on("arm", "GET", OPERATION, (request) => (isHeld(request) ? watchAt(request.url) : null)),
];

function isHeld({ url }: MiniRequest): boolean {
  return Number(url.searchParams.get(HELD_UNTIL)) > Date.now();
}

/** Leaves out the header that lets azurerm 5 poll without delays: it would send thousands of requests per minute. */
function watchAt(url: URL): Answer {
  return { status: 202, headers: { location: url.href, "retry-after": "1" } };
}
