import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { fromReturnValue, toRpcRequest, toStreamMetadata } from "../../../../local/src/host/http/rpc-http.ts";

function requestOf(url: string, headers: Record<string, string> = {}) {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: "GET", url, headers: { host: "localhost:7071", ...headers } });
  Object.assign(request, {
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, v.split("|")])),
  });
  return { request, url: new URL(`http://localhost:7071${url}`) };
}

test("repeated headers and query keys are joined, case-insensitively", () => {
  const { request, url } = requestOf("/api/x?a=1&B=2&A=3&b=", { "x-twice": "1|2" });
  expect(toRpcRequest(request, url, { id: "5" }, Buffer.alloc(0))).toEqual({
    method: "GET",
    url: "http://localhost:7071/api/x?a=1&B=2&A=3&b=",
    headers: { "x-twice": "1,2" },
    query: { a: "1,3", B: "2," },
    params: { id: "5" },
  });
});

test("in streaming mode route values override query values, and the key is left out", () => {
  const { request, url } = requestOf("/api/x?id=query&q=1&code=secret");
  const { Query, Headers, ...params } = toStreamMetadata(request, url, { id: "route" });
  expect(params).toEqual({ id: { string: "route" }, q: { string: "1" } });
  expect(Headers).toEqual({ json: "{}" });
  expect(Query).toEqual({ json: '{"id":"query","q":"1","code":"secret"}' });
});

test.each([
  [undefined, 204, undefined, undefined],
  [{ string: "a" }, 200, "text/plain; charset=utf-8", "a"],
  [{ json: '{"a":1}' }, 200, "application/json; charset=utf-8", '{"a":1}'],
  [{ int: 5 }, 200, "application/json; charset=utf-8", "5"],
  [{ http: { statusCode: "418" } }, 418, undefined, undefined],
])("the return value %j is answered with status %i", (value, status, contentType, body) => {
  const reply = fromReturnValue(value);
  expect([reply.status, reply.headers?.["content-type"], reply.body]).toEqual([status, contentType, body]);
});

test("a cookie keeps all its attributes", () => {
  const cookie = {
    name: "a",
    value: "ä;b",
    domain: { value: "x.example" },
    expires: { value: { seconds: 0 } },
    secure: { value: true },
    httpOnly: { value: false },
    sameSite: "explicitNone" as const,
  };
  expect(fromReturnValue({ http: { cookies: [cookie] } }).headers?.["set-cookie"]).toEqual([
    "a=%C3%A4%3Bb; domain=x.example; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; secure; samesite=none",
  ]);
});
