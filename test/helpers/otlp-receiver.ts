import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { readBody } from "@same-kit/shared";
import type { OtlpAnyValue, OtlpRequest, OtlpSpan } from "../../local/src/telemetry/otlp-json.ts";
import { waitFor } from "./wait-for.ts";

export type ReceivedSpan = Omit<OtlpSpan, "attributes" | "kind"> & {
  kind: string;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
};

const KINDS = ["", "internal", "server", "client", "producer", "consumer"];

/** A collector that accepts OTLP in JSON. */
export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>;

export async function startOtlpReceiver(port = 0) {
  const spans: ReceivedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 10_000_000);
    if (request.url !== "/v1/traces" || request.headers["content-type"] !== "application/json" || body === "tooLarge") {
      response.writeHead(400).end();
      return;
    }
    headers.push(request.headers);
    spans.push(...spansIn(JSON.parse(body.toString("utf8"))));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    spans,
    headers,
    port: actual,
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${actual}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "20",
    },
    /** The spans of a trace once `isComplete` holds for them. */
    trace: (traceId: string, isComplete: (spans: readonly ReceivedSpan[]) => boolean) =>
      waitFor(
        () => {
          const found = spans.filter((span) => span.traceId === traceId);
          return isComplete(found) && found;
        },
        { what: `the spans of ${traceId}` },
      ),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The content of an OTLP request, with its attribute lists as objects. */
export function spansIn({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        ...span,
        kind: KINDS[span.kind] ?? "",
        attributes: toObject(span.attributes),
        resource: toObject(resource.attributes),
      })),
    ),
  );
}

function toObject(attributes: readonly { key: string; value: OtlpAnyValue }[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, "intValue" in value ? Number(value.intValue) : Object.values(value)[0]]),
  );
}
