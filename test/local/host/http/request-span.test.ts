import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { RequestSpan } from "../../../../local/src/host/http/request-span.ts";
import type { Span } from "../../../../local/src/telemetry/index.ts";
import { createTracer } from "../../../../local/src/telemetry/tracer.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** The span of one request to a server that answers with `answer`. */
async function spanOf(answer: (response: ServerResponse, span: RequestSpan) => void, headers = {}): Promise<Span> {
  const recorded = Promise.withResolvers<Span>();
  const tracer = createTracer(() => true, recorded.resolve);
  const server = createServer((request, response) => answer(response, new RequestSpan(tracer, request, response)));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/api/hello?code=secret-word`, { headers }).catch(() => {});
  return recorded.promise;
}

test("a request without a trace header starts a trace, and its query is left out", async () => {
  const span = await spanOf((response, it) => {
    it.matched("/api/{name}");
    response.writeHead(404).end();
  });
  expect(span).toMatchObject({
    name: "GET /api/{name}",
    kind: "server",
    parentSpanId: null,
    attributes: { "url.path": "/api/hello", "http.response.status_code": 404 },
    status: { code: "unset" },
  });
  expect(JSON.stringify(span)).not.toContain("secret-word");
});

test("an invalid trace header is ignored", async () => {
  const span = await spanOf((response) => response.end(), { traceparent: `00-${TRACE}-1-01` });
  expect(span).toMatchObject({ name: "GET", parentSpanId: null });
  expect(span.context.traceId).not.toBe(TRACE);
});

test("an aborted response is an error without a status", async () => {
  const span = await spanOf((response) => response.destroy());
  expect(span).toMatchObject({
    attributes: { "http.response.status_code": null, "error.type": "connection_closed" },
    status: { code: "error" },
  });
});
