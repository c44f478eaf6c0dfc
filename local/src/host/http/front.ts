import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  isDeclaredTooLarge,
  Limiter,
  type Logger,
  readBody,
  reasonOf,
  refuseCrossSite,
  refuseForeign,
} from "@same-kit/shared";
import { AdminRoutes } from "../admin/admin-routes.ts";
import { homePage } from "../admin/home-page.ts";
import type { AppGeneration } from "../app-generation.ts";
import { type AppFunction, hasHttpOutput } from "../functions/app-function.ts";
import type { HostExtension } from "../host-extension.ts";
import type { InvocationCall } from "../invocation-call.ts";
import { opensFunction, opensWebhook, readKey } from "../keys/authorize.ts";
import { type RouteValues, splitPath } from "../routing/match-template.ts";
import type { RouteMatch } from "../routing/route-table.ts";
import type { FrontDeps } from "./front-deps.ts";
import { RefusalLog } from "./refusal-log.ts";
import { type Reply, writeReply, writeStream } from "./reply.ts";
import { RequestSpan } from "./request-span.ts";
import { absoluteUrl, fromReturnValue, joinedHeaders, toRpcRequest, toStreamMetadata } from "./rpc-http.ts";
import { streamThroughWorker } from "./stream-proxy.ts";

// During a start or a reload, requests wait as long as on Azure, then get 503.
const AVAILABILITY_TIMEOUT_MS = 30_000;
const WEBHOOK_METHODS = new Set(["GET", "PUT", "POST", "DELETE", "OPTIONS"]);
const NOT_FOUND: Reply = { status: 404 };
// Functions are called with complete requests, here and on Azure.
const NO_WEB_SOCKETS: Reply = { status: 426, body: "A function cannot serve WebSocket connections." };
const TOO_MANY_REQUESTS: Reply = { status: 429, headers: { "x-function-scaleout": "1" } };

type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  path: readonly string[];
  /** For a request to a function of a traced app. */
  span: RequestSpan | null;
};

/** Everything that arrives over HTTP, in the order of Azure's pipeline: guard, CORS, admin, webhooks, functions. */
export class HttpFront {
  readonly #deps: FrontDeps;
  readonly #admin: AdminRoutes;
  readonly #requests = new Limiter(Infinity);
  readonly #log: Logger;
  readonly #refusals: RefusalLog;

  constructor(deps: FrontDeps) {
    this.#deps = deps;
    this.#admin = new AdminRoutes(deps);
    this.#log = deps.log;
    this.#refusals = new RefusalLog(deps.log);
  }

  /** The listener of the HTTP server; never rejects. */
  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const reply = await this.#answer(request, response);
      if (reply !== undefined) this.#write(request, response, reply);
    } catch (error) {
      if (request.destroyed && !request.complete) return; // The caller disconnected while sending.
      this.#log.error("A request could not be answered.", {
        reason: reasonOf(error),
      });
      this.#write(request, response, { status: 500 });
    }
  };

  #write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    // Unread parts of the body would be parsed as the next request.
    if (!request.complete && !response.headersSent) response.setHeader("connection", "close");
    writeReply(response, reply, this.#deps.runtime.current?.hostJson.customHeaders ?? {});
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> {
    const path = parsePath(request.url ?? "");
    if (path === undefined) return { status: 400, body: "The path is malformed or contains control characters." };
    const [area = ""] = path.map((segment) => segment.toLowerCase());
    const isPrivileged = (area === "admin" || area === "runtime") && !this.#opensPage(request, path);
    const refusal = refuseForeign(request, this.#deps.guard) ?? refuseCrossSite(request, isPrivileged);
    if (refusal !== undefined) {
      this.#refusals.report(refusal, request);
      return { status: refusal };
    }
    this.#deps.guard.cors.addHeaders(request, response);
    const preflight = this.#deps.guard.cors.answerPreflight(request);
    if (preflight !== undefined) return preflight;

    const exchange: Exchange = { request, response, url: new URL(absoluteUrl(request)), path, span: null };
    if (area === "admin") return this.#admin.answer(exchange);
    if (area === "runtime") return this.#answerWebhook(exchange);
    this.#reportWhenAnswered(request, response);
    const { tracer } = this.#deps;
    if (tracer !== undefined) exchange.span = new RequestSpan(tracer, request, response);
    if (request.headers.upgrade?.toLowerCase() === "websocket") {
      response.setHeaders(
        new Map([
          ["upgrade", "HTTP/1.1"],
          ["connection", "upgrade, close"],
        ]),
      );
      return NO_WEB_SOCKETS;
    }
    return this.#answerFunction(exchange);
  }

  /** A link to an extension's page may be followed: the linking page cannot read anything from it. */
  #opensPage({ method, headers }: IncomingMessage, path: readonly string[]): boolean {
    const [area, webhooks, name] = path.map((segment) => segment.toLowerCase());
    const isLink = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
    const isWebhook = area === "runtime" && webhooks === "webhooks" && path.length === 3;
    if (method !== "GET" || !isLink || !isWebhook) return false;
    return this.#deps.extensions.some((it) => it.pageTitle !== undefined && it.name.toLowerCase() === name);
  }

  #reportWhenAnswered({ method = "", url = "" }: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now();
    response.once("close", () =>
      this.#deps.report({
        kind: "request-answered",
        time: new Date(),
        method,
        path: url.split("?")[0] ?? "",
        status: response.writableFinished ? response.statusCode : null,
        durationMs: Math.round(performance.now() - startedAt),
      }),
    );
  }

  async #answerWebhook({ request, response, url, path }: Exchange): Promise<Reply | undefined> {
    const [, webhooks, name] = path.map((segment) => segment.toLowerCase());
    const extension = this.#deps.extensions.find((it: HostExtension) => it.name.toLowerCase() === name);
    if (webhooks !== "webhooks" || extension?.webhook === undefined) return NOT_FOUND;
    if (!WEBHOOK_METHODS.has(request.method ?? "")) return NOT_FOUND;
    if (this.#deps.requireKeys && !opensWebhook(this.#deps.keys, readKey(request, url), extension.name)) {
      return { status: 401 };
    }
    const body = await readBody(request, this.#deps.bodyLimitBytes);
    if (body === "tooLarge") return { status: 413 };
    const headers = joinedHeaders(request);
    const answer = await extension.webhook({ method: request.method ?? "GET", url, headers, body });
    if (!("stream" in answer)) return answer;
    await writeStream(response, answer, this.#deps.runtime.current?.hostJson.customHeaders ?? {});
    return undefined;
  }

  async #answerFunction(exchange: Exchange): Promise<Reply | undefined> {
    const { request, path } = exchange;
    const generation = await this.#deps.runtime.waitForGeneration(AVAILABILITY_TIMEOUT_MS);
    if (generation === undefined) return { status: 503, body: "Function host is not running." };
    const match = generation.routes.match(request.method ?? "", path);
    if (match === undefined) return path.length === 0 ? this.#answerHome() : NOT_FOUND;
    exchange.span?.matched(routeOf(match.fn, generation));
    if (!this.#isAuthorized(exchange, match.fn)) return { status: 401 };
    const { maxConcurrentRequests, maxOutstandingRequests } = generation.hostJson;
    // -1 in host.json means no limit.
    if (maxOutstandingRequests > 0 && this.#requests.outstanding >= maxOutstandingRequests) return TOO_MANY_REQUESTS;
    this.#requests.limit = maxConcurrentRequests > 0 ? maxConcurrentRequests : Infinity;
    return this.#requests.run(() => this.#invoke(exchange, generation, match));
  }

  #answerHome(): Reply {
    if (this.#deps.env()["AzureWebJobsDisableHomepage"]?.toLowerCase() === "true") return { status: 204 };
    const pages = this.#deps.extensions.flatMap(({ name, pageTitle: title }) =>
      title === undefined ? [] : [{ path: `/runtime/webhooks/${name}/`, title }],
    );
    return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: homePage(pages) };
  }

  #isAuthorized({ request, url }: Exchange, fn: AppFunction): boolean {
    if (!this.#deps.requireKeys) return true;
    const level = fn.http?.authLevel ?? "function";
    return opensFunction(this.#deps.keys, { key: readKey(request, url), level, functionName: fn.name });
  }

  async #invoke(exchange: Exchange, generation: AppGeneration, { fn, params }: RouteMatch): Promise<Reply | undefined> {
    if (generation.streamPort !== undefined) return this.#stream(exchange, generation, { fn, params });
    const { request, url, span } = exchange;
    const body = await readBody(request, this.#deps.bodyLimitBytes);
    if (body === "tooLarge") return { status: 413 };
    const result = await this.#deps.invoker.invoke(generation, {
      fn,
      triggerData: { http: toRpcRequest(request, url, params, body) },
      ...traceOf(request, span),
    });
    // The caller of a failed handler sees no details; they are in the log.
    return result.status === "success" ? fromReturnValue(result.returnValue) : { status: 500 };
  }

  async #stream(
    { request, response, url, span }: Exchange,
    generation: AppGeneration,
    { fn, params }: { fn: AppFunction; params: RouteValues },
  ): Promise<Reply | undefined> {
    if (isDeclaredTooLarge(request, this.#deps.bodyLimitBytes)) return { status: 413 };
    const invocationId = randomUUID();
    return streamThroughWorker({
      request,
      response,
      port: generation.streamPort ?? 0,
      invocationId,
      customHeaders: generation.hostJson.customHeaders,
      hasHttpOutput: hasHttpOutput(fn.metadata),
      bodyLimitBytes: this.#deps.bodyLimitBytes,
      invoke: () =>
        this.#deps.invoker.invoke(generation, {
          fn,
          invocationId,
          triggerData: { http: {} },
          triggerMetadata: toStreamMetadata(request, url, params),
          ...traceOf(request, span),
        }),
    });
  }
}

function routeOf({ http }: AppFunction, { hostJson }: AppGeneration): string {
  return ["", hostJson.routePrefix, http?.route ?? ""].filter((part, index) => index === 0 || part !== "").join("/");
}

function traceOf(
  request: IncomingMessage,
  span: RequestSpan | null,
): Pick<InvocationCall, "traceParent" | "parentSpan"> {
  if (span !== null) return { parentSpan: span.context };
  const header = request.headers["traceparent"];
  return typeof header === "string" ? { traceParent: header } : {};
}

/** @returns The decoded segments, or `undefined` for a target that is not a path or contains encoded control characters. */
function parsePath(target: string): string[] | undefined {
  if (!target.startsWith("/")) return undefined;
  // With "http://localhost" prepended; otherwise a target such as "//evil" would be parsed as a host.
  if (!URL.canParse(`http://localhost${target}`)) return undefined;
  const path = splitPath(new URL(`http://localhost${target}`).pathname);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
  return path?.some((segment) => /[\u0000-\u001f\u007f]/.test(segment)) ? undefined : path;
}
