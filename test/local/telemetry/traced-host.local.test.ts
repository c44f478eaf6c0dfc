import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { type OtlpReceiver, spansIn, startOtlpReceiver } from "../../helpers/otlp-receiver.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const appDir = fixtureApp("traced");
const tempDir = dirsOfFile();
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const newTrace = () => crypto.randomUUID().replaceAll("-", "");

let receiver: OtlpReceiver;
let host: LocalHost;
const lines: string[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  host = await startLocal({
    port: 0,
    appDir,
    stateDir: tempDir(),
    storage: { kind: "memory" },
    appSettings: { ...receiver.settings, OTEL_EXPORTER_OTLP_HEADERS: "api-key=secret-word" },
    onLog: ({ message, fields }) => lines.push(`${message} ${JSON.stringify(fields)}`),
  });
});
afterAll(async () => {
  await host?.stop();
  await receiver?.stop();
});

test("a request continues its caller's trace, and the function receives its own span", async () => {
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: "vendor=a" };
  const told = (await (await fetch(`${host.url}/api/told?code=secret-word`, { headers })).json()) as Record<
    string,
    unknown
  >;
  const spans = await receiver.trace(TRACE, ({ length }) => length === 2);
  const request = spans.find(({ kind }) => kind === "server");
  const invocation = spans.find(({ kind }) => kind === "internal");
  expect(request).toMatchObject({
    name: "GET /api/told",
    parentSpanId: CALLER,
    traceState: "vendor=a",
    attributes: {
      "http.request.method": "GET",
      "http.route": "/api/told",
      "http.response.status_code": 200,
      "url.path": "/api/told",
      "url.scheme": "http",
      "server.address": "localhost",
      "server.port": host.port,
    },
    resource: { "service.name": "traced", "service.version": expect.stringMatching(/^4\./) },
    status: {},
  });
  expect(invocation).toMatchObject({
    name: "told",
    parentSpanId: request?.spanId,
    attributes: { "faas.name": "told", "faas.trigger": "http", "faas.invocation_id": expect.any(String) },
  });
  expect(told).toMatchObject({
    traceParent: `00-${TRACE}-${invocation?.spanId}-01`,
    traceState: "vendor=a",
    attributes: { "faas.name": "told", "faas.trigger": "http" },
  });
  expect(JSON.stringify(spans)).not.toContain("secret-word");
});

test("the collector receives the configured headers, which are never logged", async () => {
  const traceId = newTrace();
  await fetch(`${host.url}/api/told`, { headers: { traceparent: `00-${traceId}-${CALLER}-01` } });
  await receiver.trace(traceId, ({ length }) => length === 2);
  expect(receiver.headers.at(-1)).toMatchObject({ "api-key": "secret-word" });
  expect(lines.join("\n")).not.toContain("secret-word");
});

test("a function that throws, and its 500 response, are errors", async () => {
  const traceId = newTrace();
  const headers = { traceparent: `00-${traceId}-${CALLER}-01` };
  expect((await fetch(`${host.url}/api/throws`, { headers })).status).toBe(500);
  const spans = await receiver.trace(traceId, ({ length }) => length === 2);
  expect(spans.find(({ kind }) => kind === "internal")?.status).toEqual({ code: 2, message: "out of order" });
  expect(spans.find(({ kind }) => kind === "server")).toMatchObject({
    attributes: { "http.response.status_code": 500, "error.type": "500" },
    status: { code: 2 },
  });
});

test("an unsampled trace is passed to the function, but not exported", async () => {
  const traceId = newTrace();
  const told = await fetch(`${host.url}/api/told`, { headers: { traceparent: `00-${traceId}-${CALLER}-00` } });
  const { traceParent } = (await told.json()) as { traceParent: string };
  expect(traceParent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  const next = newTrace();
  await fetch(`${host.url}/api/told`, { headers: { traceparent: `00-${next}-${CALLER}-01` } });
  await receiver.trace(next, ({ length }) => length === 2);
  expect(receiver.spans.filter((span) => span.traceId === traceId)).toEqual([]);
});

test("without an endpoint spans are written to a file, and a stop writes the remaining ones", async () => {
  const stateDir = await makeTempDir();
  const local = await startLocalHost({ appDir, stateDir, storage: { kind: "memory" } });
  await fetch(`${local.url}/api/told`);
  await local.stop();
  const text = await readFile(path.join(stateDir, "traces", "spans.jsonl"), "utf8");
  const spans = text
    .trim()
    .split("\n")
    .flatMap((line) => spansIn(JSON.parse(line)));
  const [root, child] = spans.toSorted((a, b) => Number(b.kind === "server") - Number(a.kind === "server"));
  expect(root).toMatchObject({ name: "GET /api/told" });
  expect(root).not.toHaveProperty("parentSpanId");
  expect(child).toMatchObject({ name: "told", parentSpanId: root?.spanId, traceId: root?.traceId });
});

test("an unavailable collector is reported once, and the app is served", async () => {
  const gone = await startOtlpReceiver();
  await gone.stop();
  const stateDir = await makeTempDir();
  const local = await startLocalHost({ appDir, stateDir, storage: { kind: "memory" }, appSettings: gone.settings });
  expect((await fetch(`${local.url}/api/told`)).status).toBe(200);
  await local.stop();
  const warnings = local.entries.filter(({ component, level }) => component.includes("telemetry") && level === "warn");
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Spans cannot be exported to http:\/\/127.0.0.1:\d+\/v1\/traces: ECONNREFUSED\./),
  ]);
});
