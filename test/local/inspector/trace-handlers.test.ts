import { expect, test } from "vitest";
import { RequestProblem } from "../../../local/src/inspector/problem.ts";
import { traceHandlers } from "../../../local/src/inspector/trace-handlers.ts";
import type { StoredSpan, StoredTrace } from "../../../local/src/telemetry/trace-files.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN: StoredSpan = {
  traceId: TRACE,
  id: "b7ad6b7169203331",
  parentId: null,
  name: "GET /api/hello",
  kind: "server",
  startMs: 1_782_309_600_000,
  endMs: 1_782_309_600_010,
  problem: null,
  attributes: {},
};
const SUMMARY: StoredTrace = { ...SPAN, spanCount: 2, isFailed: true };

async function ask(
  path: string,
  { traces = [SUMMARY], spans = [SPAN] }: { traces?: StoredTrace[]; spans?: StoredSpan[] } = {},
) {
  const queries: unknown[] = [];
  const handlers = traceHandlers({
    list: async () => traces,
    async find(query) {
      queries.push(query);
      return spans;
    },
  });
  const url = new URL(`http://localhost/${path}`);
  const answer = await handlers[`GET ${url.pathname.slice(1)}`]?.({
    method: "GET",
    url,
    headers: {},
    body: Buffer.alloc(0),
  });
  if (answer === undefined || !("body" in answer)) throw new Error("There is no answer.");
  return { queries, body: JSON.parse(String(answer.body)) };
}

test("the list contains the latest traces, and the number of omitted ones", async () => {
  const { body } = await ask("api/traces", { traces: Array(201).fill(SUMMARY) });
  expect(body.traces).toHaveLength(200);
  expect(body.omitted).toBe(1);
  expect(body.traces[0]).toEqual({
    id: TRACE,
    name: "GET /api/hello",
    startedAt: "2026-06-24T14:00:00.000Z",
    durationMs: 10,
    spans: 2,
    isFailed: true,
  });
});

test("spans are requested by trace or by instance", async () => {
  expect(await ask(`api/trace?id=${TRACE}`)).toEqual({
    queries: [{ traceId: TRACE }],
    body: { spans: [SPAN], omitted: 0 },
  });
  expect((await ask("api/trace?instance=a%2Fb")).queries).toEqual([{ instanceId: "a/b" }]);
});

test("spans that exceed the limit of a page are left out", async () => {
  const { body } = await ask(`api/trace?id=${TRACE}`, { spans: Array(5_003).fill(SPAN) });
  expect([body.spans.length, body.omitted]).toEqual([5_000, 3]);
});

test("an instance without spans has an empty list, and a trace without spans does not exist", async () => {
  expect((await ask("api/trace?instance=abc", { spans: [] })).body).toEqual({ spans: [], omitted: 0 });
  await expect(ask(`api/trace?id=${TRACE}`, { spans: [] })).rejects.toThrow(RequestProblem);
  await expect(ask("api/trace")).rejects.toThrow('The query lacks "id"');
});

test("without a span store the request is an error", async () => {
  const url = new URL("http://localhost/api/traces");
  const answer = traceHandlers(undefined)["GET api/traces"]?.({
    method: "GET",
    url,
    headers: {},
    body: Buffer.alloc(0),
  });
  await expect(answer).rejects.toThrow("There is no trace here.");
});
