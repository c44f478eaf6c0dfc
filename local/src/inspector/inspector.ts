// Answers everything below the inspector's URL: its page, the page's queries, and its actions. Host, origin and user of
// a request have been checked before; a change also requires the token, which only a page of the same origin can read.

import { randomBytes } from "node:crypto";
import { type Clock, isSameSecret, type Logger, reasonOf } from "@same-kit/shared";
import type { WebhookRequest } from "../shared/http-message.ts";
import { type Home, TOKEN_HEADER } from "./api.ts";
import { readAsset, SAFE_HEADERS } from "./assets.ts";
import { entityHandlers } from "./entity-handlers.ts";
import { type Answer, type Handler, present } from "./handler.ts";
import { InstanceFeed } from "./instance-feed.ts";
import { instanceHandlers } from "./instance-handlers.ts";
import { InstanceIndex } from "./instance-index.ts";
import { ManagementApi } from "./management-api.ts";
import { pageStream } from "./page-stream.ts";
import { jsonAnswer, problemAnswer, RequestProblem } from "./problem.ts";
import { runHandlers } from "./run-handlers.ts";
import type { InspectedSource } from "./source.ts";
import { traceHandlers } from "./trace-handlers.ts";

export type Inspector = {
  /** @param path - Relative to the inspector's URL, decoded, without a leading slash. */
  answer(request: WebhookRequest, path: string): Promise<Answer>;
  /** Ends the streams of open pages. */
  close(): void;
};

/** Each stream holds a connection; this is more than one user's pages need. */
const MAX_STREAMS = 32;

export function createInspector(source: InspectedSource, deps: { clock: Clock; log: Logger }): Inspector {
  const api = new ManagementApi(source.management);
  const feed = new InstanceFeed(new InstanceIndex(api), { events: source.events, ...deps });
  const token = randomBytes(24).toString("base64url");
  const streams = new Set<AbortSignal>();
  const closed = new AbortController();
  const stream: Handler = async () => {
    if (streams.size >= MAX_STREAMS) throw new RequestProblem(503, "Too many pages are open.");
    return {
      status: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
      stream(signal) {
        streams.add(signal);
        signal.addEventListener("abort", () => streams.delete(signal), { once: true });
        const deps = { token, feed, events: source.events };
        return pageStream(deps, AbortSignal.any([signal, closed.signal]));
      },
    };
  };
  const handlers: Readonly<Record<string, Handler>> = {
    "GET api/home": async () => jsonAnswer(await home(source, token)),
    "GET api/stream": stream,
    "GET api/hub": async () => jsonAnswer(await present(source.hub, "task hub")()),
    ...instanceHandlers(api, feed, source.sources),
    ...entityHandlers(api, source),
    ...runHandlers(api, feed, source.runs),
    ...traceHandlers(source.traces),
  };
  return {
    answer: async (request, path) => withSafeHeaders(await answer(request, path, { handlers, token, log: deps.log })),
    close() {
      closed.abort();
      feed.close();
    },
  };
}

async function answer(
  request: WebhookRequest,
  path: string,
  { handlers, token, log }: { handlers: Readonly<Record<string, Handler>>; token: string; log: Logger },
): Promise<Answer> {
  const { method } = request;
  if (method === "GET" && !path.startsWith("api/")) {
    return (await readAsset(path === "" ? "index.html" : path.replace(/^assets\//, ""))) ?? { status: 404 };
  }
  const name = `${method} ${path}`;
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  try {
    if (isForeignPage(request)) throw new RequestProblem(403, "The inspector answers to its own page only.");
    if (handler === undefined) throw new RequestProblem(404, "The inspector has no such address.");
    if (method !== "GET" && !isSameSecret(request.headers[TOKEN_HEADER] ?? "", token)) {
      throw new RequestProblem(403, "The page is older than the host.", "Reload it.");
    }
    return await handler(request);
  } catch (error) {
    if (error instanceof RequestProblem) return problemAnswer(error);
    log.error("The inspector could not answer.", { path, reason: reasonOf(error) });
    return problemAnswer(new RequestProblem(500, reasonOf(error)));
  }
}

/** Pages that may call the app's functions (CORS) are refused here. */
function isForeignPage({ headers, url }: WebhookRequest): boolean {
  const { origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== url.host);
}

/** A file produced by a run has its own policy. */
function withSafeHeaders(answer: Answer): Answer {
  return { ...answer, headers: { ...SAFE_HEADERS, ...answer.headers } };
}

async function home(source: InspectedSource, token: string): Promise<Home> {
  const can = {
    hub: source.hub !== undefined,
    runs: source.runs !== undefined,
    events: source.events !== undefined,
    sources: source.sources !== undefined,
    traces: source.traces !== undefined,
    actions: true,
  };
  return { ...(await source.describe()), can, token };
}
