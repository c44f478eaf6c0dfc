import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AppRequest } from "../../../../toolkit/src/adapters/app/app-client.ts";
import { fetchLocally } from "../../../../toolkit/src/adapters/app/fetch-locally.ts";

const server = http.createServer(async (request, response) => {
  const { method, url, headers } = request;
  if (url === "/moved") return void response.writeHead(302, { location: "/" }).end();
  // Answers never.
  if (url === "/silent") return;
  const body = (await buffer(request)).toString();
  response.writeHead(207, { "x-size": "12" });
  response.end(JSON.stringify({ method, url, body, length: headers["content-length"], given: headers["x-given"] }));
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask = (path: string, more: Partial<AppRequest> = {}) =>
  fetchLocally(url + path, { redirect: "error", signal: new AbortController().signal, ...more });

test("sends method, headers and body, and gives status, headers and body", async () => {
  const answer = await ask("/a?b=c", { method: "POST", headers: { "x-given": "yes" }, body: "héllo" });
  expect(answer.status).toBe(207);
  expect(answer.headers.get("x-size")).toBe("12");
  expect(answer.headers.get("x-none")).toBeNull();
  const seen = { method: "POST", url: "/a?b=c", body: "héllo", length: "6", given: "yes" };
  expect(JSON.parse(await answer.text())).toEqual(seen);
  expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe(await answer.text());
});

test("fails as fetch does, with the cause", async () => {
  const asked = fetchLocally("http://localhost:1", { redirect: "error", signal: new AbortController().signal });
  await expect(asked).rejects.toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
});

test("does not follow a redirect", async () => {
  await expect(ask("/moved")).rejects.toMatchObject({ cause: { message: "unexpected redirect" } });
});

test("an abort ends it with the reason", async () => {
  const controller = new AbortController();
  const asked = ask("/silent", { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  await expect(ask("/", { signal: controller.signal })).rejects.toThrow("enough");
});
