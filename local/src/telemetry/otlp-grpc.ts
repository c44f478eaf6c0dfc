// The only OTLP call over gRPC: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import type { ExportResult } from "./batch-exporter.ts";
import { connectionReason } from "./connection-reason.ts";
import type { OtlpTarget } from "./settings.ts";

const EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/**
 * CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS: the codes that OTLP requires to be
 * retried. Not RESOURCE_EXHAUSTED, which a batch that is too large gets every time.
 */
const RETRYABLE = new Set(["1", "4", "10", "11", "14", "15"]);

/** Sends a Protocol Buffers request on a connection of its own. Never rejects. */
export async function exportByGrpc(target: OtlpTarget, request: Buffer, signal: AbortSignal): Promise<ExportResult> {
  const session = connect(new URL(target.url).origin);
  try {
    return toResult(await call(session, target, request, signal));
  } catch (error) {
    return { kind: "unavailable", reason: connectionReason(error) };
  } finally {
    session.destroy();
  }
}

/** @returns The headers and the trailers: a response without content has its status in the headers. */
function call(
  session: ClientHttp2Session,
  { headers, timeoutMs }: OtlpTarget,
  request: Buffer,
  signal: AbortSignal,
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        ...headers,
        [constants.HTTP2_HEADER_METHOD]: "POST",
        [constants.HTTP2_HEADER_PATH]: EXPORT,
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-timeout": `${Math.ceil(timeoutMs)}m`,
      },
      { signal },
    );
    const answer: IncomingHttpHeaders = {};
    // Handled on each of them: an unhandled error event ends the process.
    session.on("error", reject);
    stream.on("error", reject);
    stream.once("response", (it) => Object.assign(answer, it));
    stream.once("trailers", (it) => Object.assign(answer, it));
    stream.once("close", () => resolve(answer));
    // Only the status of the response is used.
    stream.resume();
    stream.end(frame(request));
  });
}

/** The message with its prefix: not compressed, and its length. */
function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function toResult(answer: IncomingHttpHeaders): ExportResult {
  const { "grpc-status": status, "grpc-message": message = "" } = answer;
  if (status === "0") return { kind: "exported" };
  if (status === undefined) {
    const httpStatus = answer[constants.HTTP2_HEADER_STATUS];
    const reason =
      httpStatus === undefined ? "it closed the connection" : `it answered ${String(httpStatus)}, not gRPC`;
    return { kind: "unavailable", reason };
  }
  const reason = `it answered with the gRPC status ${String(status)} ${String(message)}`.trim();
  return { kind: RETRYABLE.has(String(status)) ? "unavailable" : "refused", reason };
}
