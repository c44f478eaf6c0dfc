import { expect, test } from "vitest";
import { runHttpActivity, TOKEN_VARIABLE } from "../../../../local/src/engine/activities/http-activity.ts";

async function call(request: unknown, env: Record<string, string> = {}, answer = new Response("")) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return answer;
  }) as typeof globalThis.fetch;
  const reply = await runHttpActivity(request === undefined ? null : JSON.stringify(request), { fetch, env });
  return { reply, headers: Object.fromEntries(new Headers(asked[0]?.init.headers)), asked };
}

const tokenSource = { kind: "AzureManagedIdentity", resource: "https://r" };

test("a managed identity uses a token from the environment, and fails with advice if there is none", async () => {
  const request = { method: "GET", uri: "http://a.test/", tokenSource };
  expect((await call(request, { [TOKEN_VARIABLE]: "secret" })).headers).toEqual({ authorization: "Bearer secret" });
  const { reply, asked } = await call(request);
  expect(reply).toMatchObject({ kind: "threw", message: expect.stringContaining(`set ${TOKEN_VARIABLE}`) });
  expect(asked).toEqual([]);
});

test.each([
  [undefined, "needs a request"],
  [{ uri: "/relative" }, "not an absolute URL"],
  [
    { uri: "http://a.test/", method: "POST", content: "x", headers: { "content-type": "multipart/form-data" } },
    "multipart",
  ],
  [{ uri: "http://a.test/", tokenSource: { kind: "Other" } }, '"Other" is not supported'],
])("%j is rejected: %s", async (request, reason) => {
  expect((await call(request)).reply).toMatchObject({ kind: "threw", message: expect.stringContaining(reason) });
});

test("request and response headers may have several values", async () => {
  const answer = new Response("", {
    headers: [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-one", "1"],
    ],
  });
  const { reply, headers } = await call({ uri: "http://a.test/", headers: { "x-many": ["1", "2"] } }, {}, answer);
  expect(headers).toEqual({ "x-many": "1, 2" });
  expect(reply).toMatchObject({ value: { headers: { "set-cookie": ["a=1", "b=2"], "x-one": "1" } } });
});

test("a traced request carries its span, unless it has its own trace header", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const span = { traceId, spanId: "b7ad6b7169203331", isSampled: true, traceState: "vendor=a" };
  const sent: Headers[] = [];
  const fetch = (async (_: string, { headers }: RequestInit) => {
    sent.push(new Headers(headers));
    return new Response("");
  }) as typeof globalThis.fetch;
  const uri = "http://a.test/";
  const own = `00-${traceId}-00f067aa0ba902b7-00`;
  await runHttpActivity(JSON.stringify({ uri }), { fetch, env: {}, span });
  await runHttpActivity(JSON.stringify({ uri, headers: { traceparent: own } }), { fetch, env: {}, span });
  expect(sent.map((it) => it.get("traceparent"))).toEqual([`00-${traceId}-b7ad6b7169203331-01`, own]);
  expect(sent.map((it) => it.get("tracestate"))).toEqual(["vendor=a", null]);
});

test.each([
  [{ method: "post", content: "text" }, "POST", "text", { "content-type": "text/plain" }],
  [{ method: "PUT", content: "{}", headers: { "content-type": "application/json" } }, "PUT", "{}", undefined],
  [{ method: "GET", content: "text" }, "GET", undefined, {}],
  [{ method: "HEAD", content: "text" }, "HEAD", undefined, {}],
  [{ method: "POST", content: "" }, "POST", undefined, {}],
  [{ method: "POST", content: { a: 1 } }, "POST", undefined, {}],
  [{ method: "DELETE" }, "DELETE", undefined, {}],
  [{ content: "text" }, "GET", undefined, {}],
])("%j is sent with method %s and body %s", async (request, method, body, expected) => {
  const { headers, asked } = await call({ uri: "http://a.test/", ...request });
  expect(asked[0]?.init).toMatchObject({ method });
  expect(asked[0]?.init.body).toBe(body);
  expect(headers).toEqual(expected ?? request.headers);
});

test("headers that describe the content are not part of the result, nor is a single cookie a list", async () => {
  const sent = {
    "content-type": "application/json",
    "content-language": "en",
    allow: "GET",
    expires: "0",
    "last-modified": "yesterday",
    "x-content-type": "kept",
    "set-cookie": "a=1",
  };
  const answer = new Response("body", { status: 404, headers: sent });
  const { reply } = await call({ uri: "http://a.test/" }, {}, answer);
  const headers = { "x-content-type": "kept", "set-cookie": "a=1" };
  expect(reply).toEqual({ kind: "returned", value: { statusCode: 404, headers, content: "body" } });
});

test.each<Record<string, string>>([{ [TOKEN_VARIABLE]: "" }, {}])(
  "a token that is not set, as in %j, is not sent",
  async (env) => {
    const { reply } = await call({ uri: "http://a.test/", tokenSource: { resource: "https://r" } }, env);
    expect(reply).toMatchObject({ kind: "threw", message: expect.stringContaining("https://r") });
  },
);

test("a token source without a kind is a managed identity", async () => {
  const request = { uri: "http://a.test/", tokenSource: { resource: "https://r" } };
  expect((await call(request, { [TOKEN_VARIABLE]: "secret" })).headers).toEqual({ authorization: "Bearer secret" });
});

test("a content type that only contains the word multipart is supported", async () => {
  const headers = { "content-type": "application/x; of=multipart/mixed" };
  const { reply } = await call({ uri: "http://a.test/", method: "POST", content: "x", headers });
  expect(reply).toMatchObject({ kind: "returned" });
});

test("a request has a time limit only if the orchestrator set one", async () => {
  const { asked } = await call({ uri: "http://a.test/" });
  expect(asked[0]?.init.signal).toBeNull();
  const limited = await call({ uri: "http://a.test/", timeout: "00:01:00" });
  expect(limited.asked[0]?.init.signal).toBeInstanceOf(AbortSignal);
});

test.each([
  [new DOMException("The operation was aborted due to timeout", "TimeoutError"), "Reached user specified timeout."],
  [new DOMException("stopped", "AbortError"), "stopped"],
  [new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }), "fetch failed: connect ECONNREFUSED"],
  [new TypeError("fetch failed"), "fetch failed"],
])("a request without a response fails with its reason", async (error, message) => {
  const fetch = () => Promise.reject(error);
  const input = JSON.stringify({ uri: "http://a.test/" });
  expect(await runHttpActivity(input, { fetch, env: {} })).toEqual({ kind: "threw", message, stack: null });
});

test("a traced request without vendor data has no trace state", async () => {
  const span = { traceId: "1".repeat(32), spanId: "2".repeat(16), isSampled: true, traceState: null };
  const sent: Headers[] = [];
  const fetch = (async (_: string, { headers }: RequestInit) => {
    sent.push(new Headers(headers));
    return new Response("");
  }) as typeof globalThis.fetch;
  await runHttpActivity(JSON.stringify({ uri: "http://a.test/" }), { fetch, env: {}, span });
  expect([...(sent[0]?.keys() ?? [])]).toEqual(["traceparent"]);
});
