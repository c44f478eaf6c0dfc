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
