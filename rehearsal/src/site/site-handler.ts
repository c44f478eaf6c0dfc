// The front of a deployed site: TLS, host keys, and forwarding to the local host, whose own URLs must not be exposed.
import { isSameSecret } from "@same-kit/shared";
import type { HostKeys } from "../host-keys.ts";
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import type { BootedSite } from "./boot-site.ts";
import type { HostState, SiteRuntime } from "./site-runtime.ts";

type SiteFront = {
  runtime: SiteRuntime;
  keys: HostKeys;
  /** The URL that clients use, such as `https://localhost:8443`. */
  publicUrl: string;
};

// Hop-by-hop headers, or headers of the connection; `origin` because the local host refuses foreign origins, while the
// cloud does not.
const DROPPED_REQUEST_HEADERS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "origin",
]);
const DROPPED_RESPONSE_HEADERS = new Set([
  "connection",
  "content-length",
  "transfer-encoding",
  "content-encoding",
  "keep-alive",
]);
const TEXT_TYPES = /^(text\/|application\/(json|problem\+json))/;
const SITE_HOST_VERSION = "4.0.0.0";

/**
 * Forwards requests to the site's host, booting it on the first one. Without a host, responds as Azure's front does.
 */
export function createSiteHandler(front: SiteFront): Handler {
  return async (request) => {
    const isAdmin = request.url.pathname.startsWith("/admin/") && request.url.pathname !== "/admin/host/ping";
    if (isAdmin && !hasKey(request, front.keys.masterKey)) return { status: 401 };
    const state = await front.runtime.state();
    return state.kind === "running" ? forward(request, state.host, front) : answerWithoutHost(state, request);
  };
}

function answerWithoutHost(state: Exclude<HostState, { kind: "running" }>, request: MiniRequest): Answer {
  if (state.kind === "none") return unavailable("Function host is not running.");
  if (request.url.pathname === "/admin/host/ping") return { status: 200 };
  if (request.url.pathname.startsWith("/admin/")) return adminOf(state, request);
  return state.kind === "hollow" ? { status: 404 } : unavailable("Function host is not running.");
}

/** The host's admin responses when no local host is running: the request succeeds even if the host is in error. */
function adminOf(state: Exclude<HostState, { kind: "running" | "none" }>, request: MiniRequest): Answer {
  switch (request.url.pathname) {
    case "/admin/host/status":
      return ok({
        id: "mini-azure",
        state: state.kind === "hollow" ? "Running" : "Error",
        version: SITE_HOST_VERSION,
        versionDetails: SITE_HOST_VERSION,
        errors: state.kind === "error" ? [state.message] : [],
        processUptime: Math.round(process.uptime() * 1_000),
      });
    case "/admin/functions":
      return ok([]);
    default:
      return { status: 404 };
  }
}

async function forward(request: MiniRequest, host: BootedSite, front: SiteFront): Promise<Answer> {
  const response = await fetch(new URL(request.url.pathname + request.url.search, host.url), {
    method: request.method,
    headers: keepHeaders(request),
    redirect: "manual",
    ...(request.body.length > 0 ? { body: new Uint8Array(request.body) } : {}),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const rename = (text: string) => replaceOrigin(text, host.url, front.publicUrl);
  const isText = TEXT_TYPES.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers]
        .filter(([name]) => !DROPPED_RESPONSE_HEADERS.has(name))
        .map(([name, value]) => [name, rename(value)]),
    ),
    body: isText ? rename(bytes.toString("utf8")) : bytes,
  };
}

function keepHeaders(request: MiniRequest): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => !DROPPED_REQUEST_HEADERS.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** The local host writes its own address into status URLs; a client of the site needs the site's. */
function replaceOrigin(text: string, localUrl: string, publicUrl: string): string {
  const { port } = new URL(localUrl);
  const origins = ["127.0.0.1", "localhost"].map((host) => `http://${host}:${port}`);
  const pairs = origins.flatMap((origin) => [
    [origin, publicUrl],
    [encodeURIComponent(origin), encodeURIComponent(publicUrl)],
  ]);
  return pairs.reduce((renamed, [from = "", to = ""]) => renamed.replaceAll(from, to), text);
}

function hasKey(request: MiniRequest, key: string): boolean {
  const { headers, url } = request;
  const given = [String(headers["x-functions-key"] ?? ""), url.searchParams.get("code") ?? ""];
  return given.map((text) => isSameSecret(text, key)).includes(true);
}

function unavailable(message: string): Answer {
  return { status: 503, headers: { "content-type": "text/plain" }, body: message };
}
