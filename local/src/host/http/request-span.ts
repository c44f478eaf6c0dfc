import type { IncomingMessage, ServerResponse } from "node:http";
import { parseTraceParent, preciseNow, type SpanContext, type Tracer } from "../../telemetry/index.ts";

/**
 * The span of an HTTP request that a function answers, from its arrival to the end of the response. Its attributes
 * follow OpenTelemetry's conventions for HTTP servers, without the query, which may contain a key.
 */
export class RequestSpan {
  readonly context: SpanContext;
  readonly #startMs = preciseNow();
  #route: string | null = null;

  constructor(tracer: Tracer, request: IncomingMessage, response: ServerResponse) {
    const { traceparent, tracestate } = request.headers;
    const state = Array.isArray(tracestate) ? tracestate.join(",") : (tracestate ?? null);
    const parent = parseTraceParent(typeof traceparent === "string" ? traceparent : null, state);
    this.context = tracer.begin(parent);
    response.once("close", () => this.#end(tracer, { parent, request, response }));
  }

  /** @param template - The route of the function that answers, including the prefix. */
  matched(template: string): void {
    this.#route = template;
  }

  #end(
    tracer: Tracer,
    { parent, request, response }: { parent: SpanContext | null; request: IncomingMessage; response: ServerResponse },
  ): void {
    const status = response.writableFinished ? response.statusCode : null;
    const method = request.method ?? "";
    tracer.record({
      context: this.context,
      parentSpanId: parent?.spanId ?? null,
      name: this.#route === null ? method : `${method} ${this.#route}`,
      kind: "server",
      startMs: this.#startMs,
      endMs: preciseNow(),
      attributes: {
        "http.request.method": method,
        "http.route": this.#route,
        "http.response.status_code": status,
        "error.type": status === null ? "connection_closed" : status >= 500 ? String(status) : null,
        "url.scheme": "encrypted" in request.socket ? "https" : "http",
        "url.path": request.url?.split("?")[0],
        "network.protocol.version": request.httpVersion,
        "user_agent.original": request.headers["user-agent"],
        ...serverOf(request.headers.host ?? ""),
      },
      status: status === null || status >= 500 ? { code: "error", message: describe(status) } : { code: "unset" },
    });
  }
}

const describe = (status: number | null): string =>
  status === null ? "The caller disconnected before the answer was complete." : `It was answered ${status}.`;

function serverOf(host: string): { "server.address"?: string; "server.port"?: number } {
  if (!URL.canParse(`http://${host}`)) return {};
  const { hostname, port } = new URL(`http://${host}`);
  return { "server.address": hostname, ...(port === "" ? {} : { "server.port": Number(port) }) };
}
