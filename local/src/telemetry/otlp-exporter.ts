import { reasonOf } from "@same-kit/shared";
import type { ExportResult, SpanExporter } from "./batch-exporter.ts";
import { toOtlpRequest } from "./otlp-json.ts";
import { toOtlpProtobuf } from "./otlp-protobuf.ts";
import type { OtlpTarget } from "./settings.ts";
import type { Attributes } from "./span.ts";

/** Those that OTLP/HTTP wants to be tried again. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const GRPC_PORT = "4317";

/** Sends to a collector over HTTP. */
export function createOtlpExporter(target: OtlpTarget, resource: Attributes): SpanExporter {
  const { origin, pathname, port } = new URL(target.url);
  const isGrpcPort = port === GRPC_PORT;
  return {
    // Without the query, which may have a key in it.
    description: `${origin}${pathname}`,
    advice: isGrpcPort
      ? "Port 4317 is a collector's for gRPC, which is not available here: set OTEL_EXPORTER_OTLP_ENDPOINT to its port for HTTP, usually 4318."
      : "Start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT; without it spans go to a file.",
    delayMs: target.delayMs,
    async export(spans, signal) {
      const isJson = target.protocol === "http/json";
      const body = isJson ? JSON.stringify(toOtlpRequest(spans, resource)) : toOtlpProtobuf(spans, resource);
      const contentType = isJson ? "application/json" : "application/x-protobuf";
      try {
        const response = await fetch(target.url, {
          method: "POST",
          headers: { ...target.headers, "content-type": contentType },
          body: typeof body === "string" ? body : new Uint8Array(body),
          // A key in the headers must not follow to elsewhere.
          redirect: "manual",
          signal: AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]),
        });
        await response.body?.cancel();
        return toResult(response.status);
      } catch (error) {
        return { kind: "unavailable", reason: connectionReason(error) };
      }
    },
  };
}

function toResult(status: number): ExportResult {
  if (status >= 200 && status < 300) return { kind: "exported" };
  return { kind: RETRYABLE.has(status) ? "unavailable" : "refused", reason: `it answered ${status}` };
}

/** `fetch` itself says only that it failed. */
function connectionReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? reasonOf(cause ?? error);
}
