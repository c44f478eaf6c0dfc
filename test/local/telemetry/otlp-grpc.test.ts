// With a server of grpc-js, an independent implementation of the protocol.

import { type AddressInfo, createServer, type Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { createOtlpExporter } from "../../../local/src/telemetry/otlp-exporter.ts";
import { toOtlpProtobuf } from "../../../local/src/telemetry/otlp-protobuf.ts";
import { spanNamed } from "../../helpers/span.ts";

const never = new AbortController().signal;
const RESOURCE = { "service.name": "shop" };
const SPAN = spanNamed("hello");

const same = (bytes: Buffer) => bytes;
const SERVICE: grpc.ServiceDefinition = {
  Export: {
    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
};

async function startCollector(code: grpc.status = grpc.status.OK) {
  const calls: { request: Buffer; key: unknown }[] = [];
  const server = new grpc.Server();
  server.addService(SERVICE, {
    Export(call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) {
      calls.push({ request: call.request, key: call.metadata.get("api-key")[0] });
      answer(code === grpc.status.OK ? null : { code, details: "no" }, Buffer.alloc(0));
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  onTestFinished(() => server.forceShutdown());
  return { calls, port };
}

const exporterTo = (port: number, timeoutMs = 5_000) => {
  const target = {
    url: `http://127.0.0.1:${port}/`,
    protocol: "grpc",
    headers: { "api-key": "a" },
    timeoutMs,
  } as const;
  return createOtlpExporter({ ...target, delayMs: 1 }, RESOURCE);
};

test("a batch is sent as one call with the configured headers", async () => {
  const { calls, port } = await startCollector();
  expect(await exporterTo(port).export([SPAN], never)).toEqual({ kind: "exported" });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.key).toBe("a");
  expect(calls[0]?.request.equals(toOtlpProtobuf([SPAN], RESOURCE))).toBe(true);
});

test("a batch larger than an HTTP/2 window arrives completely", async () => {
  const { calls, port } = await startCollector();
  const spans = Array.from({ length: 512 }, () => ({ ...SPAN, name: "x".repeat(1000) }));
  expect(await exporterTo(port).export(spans, never)).toEqual({ kind: "exported" });
  expect(calls[0]?.request.equals(toOtlpProtobuf(spans, RESOURCE))).toBe(true);
});

test.each([
  [grpc.status.UNAVAILABLE, "unavailable"],
  [grpc.status.RESOURCE_EXHAUSTED, "refused"],
  [grpc.status.UNAUTHENTICATED, "refused"],
  [grpc.status.INVALID_ARGUMENT, "refused"],
])("the status %d means: %s", async (status, kind) => {
  const { port } = await startCollector(status);
  const reason = `it answered with the gRPC status ${status} no`;
  expect(await exporterTo(port).export([SPAN], never)).toEqual({ kind, reason });
});

test("an unavailable collector and an aborted call are reported", async () => {
  const { port } = await startCollector();
  const aborted = await exporterTo(port).export([SPAN], AbortSignal.abort());
  expect(aborted).toMatchObject({ kind: "unavailable" });
  // Nothing listens on a reserved port.
  expect(await exporterTo(1).export([SPAN], never)).toEqual({ kind: "unavailable", reason: "ECONNREFUSED" });
});

test.each([
  ["speaks HTTP/1", (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")],
  ["hangs up", (socket: Socket) => socket.destroy()],
])("a server that %s results in an error with a reason", async (_, answer) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const result = await exporterTo((server.address() as AddressInfo).port).export([SPAN], never);
  expect(result).toEqual({ kind: "unavailable", reason: expect.stringMatching(/./) });
});

test("a server that does not respond is given up in time", async () => {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const result = await exporterTo((server.address() as AddressInfo).port, 1).export([SPAN], never);
  expect(result).toMatchObject({ kind: "unavailable" });
});
