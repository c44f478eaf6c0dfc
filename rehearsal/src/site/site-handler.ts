// The front of a deployed site: TLS, host keys, and the way to the local host, whose own addresses must not leak out.
import type { HostKeys } from "../arm/arm-context.ts";
import type { DrillCounter } from "../drills.ts";
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import type { BootedSite } from "./boot-site.ts";
import type { HostState, SiteRuntime } from "./site-runtime.ts";

export type SiteFront = {
  runtime: SiteRuntime;
  keys: HostKeys;
  counter: DrillCounter;
  /** As clients address the site, such as `https://localhost:8443`. */
  publicUrl: string;
};

// Hop-by-hop, or the connection's own; `origin` because the local host refuses foreign ones, and the cloud does not.
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
const INSTANCE = /^\/runtime\/webhooks\/durabletask\/instances\/[^/]+$/i;
const HOST_VERSION = "4.0.0.0";

export function createSiteHandler(front: SiteFront): Handler {
  return async (request) => {
    if (front.counter.isActive("host-silent")) return unavailable("The service is unavailable.");
    const isAdmin = request.url.pathname.startsWith("/admin/") && request.url.pathname !== "/admin/host/ping";
    if (isAdmin && !hasKey(request, front.keys.masterKey)) return { status: 401 };
    if (front.counter.isActive("host-error") && isAdmin)
      return adminOf({ kind: "error", message: HOST_ERROR }, request);
    const state = front.counter.isActive("zero-functions")
      ? hollow(await front.runtime.state())
      : await front.runtime.state();
    return state.kind === "running" ? forward(request, state.host, front) : answerWithoutHost(state, request);
  };
}

const HOST_ERROR =
  "The 'orchestrator' function is in error: Unable to find the Azure Storage connection 'AzureWebJobsStorage'.";

function hollow(state: HostState): HostState {
  return state.kind === "running" ? { kind: "hollow" } : state;
}

function answerWithoutHost(state: Exclude<HostState, { kind: "running" }>, request: MiniRequest): Answer {
  if (state.kind === "none") return unavailable("Function host is not running.");
  if (request.url.pathname === "/admin/host/ping") return { status: 200 };
  if (request.url.pathname.startsWith("/admin/")) return adminOf(state, request);
  return state.kind === "hollow" ? { status: 404 } : unavailable("Function host is not running.");
}

/** The host's own answers where there is none of ours behind: the call succeeds even when the host is in error. */
function adminOf(state: Exclude<HostState, { kind: "running" | "none" }>, request: MiniRequest): Answer {
  switch (request.url.pathname) {
    case "/admin/host/status":
      return ok({
        id: "mini-azure",
        state: state.kind === "hollow" ? "Running" : "Error",
        version: HOST_VERSION,
        versionDetails: HOST_VERSION,
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
  const answer = {
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers]
        .filter(([name]) => !DROPPED_RESPONSE_HEADERS.has(name))
        .map(([name, value]) => [name, rename(value)]),
    ),
    body: isText ? rename(bytes.toString("utf8")) : bytes,
  };
  return playSmokeDrill(request, answer, front.counter);
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

type PlainAnswer = { status: number; headers: Record<string, string>; body: string | Buffer };

function playSmokeDrill(request: MiniRequest, answer: PlainAnswer, counter: DrillCounter): Answer {
  const isStatus = request.method === "GET" && INSTANCE.test(request.url.pathname) && answer.status < 300;
  if (!isStatus) return answer;
  const status = JSON.parse(String(answer.body)) as Record<string, unknown>;
  if (counter.isActive("smoke-timeout")) {
    return { ...answer, status: 202, body: JSON.stringify({ ...status, runtimeStatus: "Running", output: null }) };
  }
  if (counter.isActive("smoke-failed")) {
    const output = 'Step "same_step_000" failed: FileNotFoundError: python3: no such file or directory';
    return { ...answer, status: 200, body: JSON.stringify({ ...status, runtimeStatus: "Failed", output }) };
  }
  return answer;
}

function hasKey(request: MiniRequest, key: string): boolean {
  return request.headers["x-functions-key"] === key || request.url.searchParams.get("code") === key;
}

function unavailable(message: string): Answer {
  return { status: 503, headers: { "content-type": "text/plain" }, body: message };
}
