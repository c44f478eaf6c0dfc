import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readBody } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { createOtlpExporter } from "../../../local/src/telemetry/otlp-exporter.ts";
import { toOtlpRequest } from "../../../local/src/telemetry/otlp-json.ts";
import { toOtlpProtobuf } from "../../../local/src/telemetry/otlp-protobuf.ts";
import type { OtlpProtocol } from "../../../local/src/telemetry/settings.ts";
import { spanNamed } from "../../helpers/span.ts";

const never = new AbortController().signal;
const RESOURCE = { "service.name": "shop" };
const SPAN = spanNamed("hello");

/** A collector that answers with `status`, and keeps what it receives. */
async function startCollector(status: number, headers: Record<string, string> = {}) {
  const requests: { request: IncomingMessage; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    if (body !== "tooLarge") requests.push({ request, body });
    response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { requests, url: `http://127.0.0.1:${port}/v1/traces?key=secret-word`, port };
}

const exporterTo = (url: string, protocol: OtlpProtocol = "http/protobuf", timeoutMs = 5_000) =>
  createOtlpExporter({ url, protocol, headers: { "api-key": "a b" }, timeoutMs, delayMs: 1 }, RESOURCE);

test.each([
  ["http/protobuf", "application/x-protobuf", toOtlpProtobuf([SPAN], RESOURCE)],
  ["http/json", "application/json", Buffer.from(JSON.stringify(toOtlpRequest([SPAN], RESOURCE)))],
] as const)("%s is sent as %s, with the configured headers", async (protocol, contentType, body) => {
  const { url, requests } = await startCollector(200);
  expect(await exporterTo(url, protocol).export([SPAN], never)).toEqual({ kind: "exported" });
  const [sent] = requests;
  expect(sent?.request).toMatchObject({ method: "POST", url: "/v1/traces?key=secret-word" });
  expect(sent?.request.headers).toMatchObject({ "content-type": contentType, "api-key": "a b" });
  expect(sent?.body.equals(body)).toBe(true);
});

test.each([
  [202, "exported"],
  [400, "refused"],
  [401, "refused"],
  [404, "refused"],
  [429, "unavailable"],
  [503, "unavailable"],
])("the status %d means: %s", async (status, kind) => {
  const { url } = await startCollector(status);
  expect(await exporterTo(url).export([SPAN], never)).toMatchObject({ kind });
});

test("a redirect of the collector is not followed, as the headers may contain a key", async () => {
  const other = await startCollector(200);
  const { url } = await startCollector(307, { location: other.url });
  expect(await exporterTo(url).export([SPAN], never)).toEqual({ kind: "refused", reason: "it answered 307" });
  expect(other.requests).toEqual([]);
});

test("the description of an exporter contains no query", async () => {
  const { url, port } = await startCollector(200);
  expect(exporterTo(url).description).toBe(`http://127.0.0.1:${port}/v1/traces`);
  expect(exporterTo(url, "grpc").description).toBe(`http://127.0.0.1:${port} by gRPC`);
});

test("an aborted request counts as not exported", async () => {
  const { url } = await startCollector(200);
  expect(await exporterTo(url).export([SPAN], AbortSignal.abort())).toMatchObject({ kind: "unavailable" });
});
