import type { ExportResult, SpanExporter } from "./batch-exporter.ts";
import { connectionReason } from "./connection-reason.ts";
import { exportByGrpc } from "./otlp-grpc.ts";
import { toOtlpRequest } from "./otlp-json.ts";
import { toOtlpProtobuf } from "./otlp-protobuf.ts";
import type { OtlpTarget } from "./settings.ts";
import type { Attributes } from "./span.ts";

/** Statuses that OTLP/HTTP requires to be retried. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Sends spans to a collector. */
export function createOtlpExporter(target: OtlpTarget, resource: Attributes): SpanExporter {
  const { origin, pathname } = new URL(target.url);
  return {
    // Without the query, which may contain a key.
    description: target.protocol === "grpc" ? `${origin} by gRPC` : `${origin}${pathname}`,
    advice:
      "Start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL; without an endpoint spans go to a file.",
    delayMs: target.delayMs,
    export(spans, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]);
      switch (target.protocol) {
        case "grpc":
          return exportByGrpc(target, toOtlpProtobuf(spans, resource), limited);
        case "http/protobuf":
          return post(target, "application/x-protobuf", new Uint8Array(toOtlpProtobuf(spans, resource)), limited);
        case "http/json":
          return post(target, "application/json", JSON.stringify(toOtlpRequest(spans, resource)), limited);
      }
    },
  };
}

async function post(
  { url, headers }: OtlpTarget,
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<ExportResult> {
  try {
    // A redirect must not forward a key in the headers to another server.
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": contentType },
      body,
      redirect: "manual",
    } as const;
    const response = await fetch(url, { ...init, signal });
    await response.body?.cancel();
    return toResult(response.status);
  } catch (error) {
    return { kind: "unavailable", reason: connectionReason(error) };
  }
}

function toResult(status: number): ExportResult {
  if (status >= 200 && status < 300) return { kind: "exported" };
  return { kind: RETRYABLE.has(status) ? "unavailable" : "refused", reason: `it answered ${status}` };
}
