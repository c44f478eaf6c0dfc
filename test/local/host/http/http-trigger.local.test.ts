import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { fixtureApp, startTestHost, writeApp } from "../../../helpers/function-app.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const basic = (options = {}) => startTestHost({ appDir: fixtureApp("http-basic"), ...options });

test("a GET function responds on its route, case-insensitively, with or without a trailing slash", async () => {
  const { url } = await basic();
  for (const path of ["/api/hello", "/API/HELLO", "/api/hello/"]) {
    const response = await fetch(url + path);
    expect([response.status, await response.text()]).toEqual([200, "hi"]);
    expect(response.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  }
});

test("other methods and paths return an empty 404 without Allow", async () => {
  const { url } = await basic();
  for (const [method, path] of [
    ["POST", "/api/hello"],
    ["OPTIONS", "/api/hello"],
    ["PUT", "/api/echo"],
    ["GET", "/hello"],
  ]) {
    const response = await fetch(`${url}${path}`, { method: method ?? "GET" });
    expect([response.status, await response.text(), response.headers.get("allow")]).toEqual([404, "", null]);
  }
});

test("the handler receives the method, the URL, the joined query and the body", async () => {
  const { url } = await basic();
  const response = await fetch(`${url}/api/echo?a=1&a=2&A=3`, {
    method: "POST",
    body: "text",
    headers: { "x-test": "t" },
  });
  expect(await response.json()).toEqual({
    method: "POST",
    url: `${url}/api/echo?a=1&a=2&A=3`,
    query: { a: "1,2,3" },
    header: "t",
    body: "text",
  });
});

test("headers of up to 32 KiB are accepted, as on Azure, and larger ones return 431", async () => {
  const { url } = await basic();
  const send = (sizeKib: number) =>
    fetch(`${url}/api/echo`, { method: "POST", headers: { "x-test": "t".repeat(sizeKib * 1024) } });
  expect(await (await send(31)).json()).toMatchObject({ header: "t".repeat(31 * 1024) });
  expect((await send(33)).status).toBe(431);
});

test("bytes, forms and bodies without a length are transferred unchanged", async () => {
  const { url } = await basic();
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
  const response = await fetch(`${url}/api/bytes`, { method: "POST", body: bytes });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  expect(response.headers.get("content-type")).toBeNull();

  const form = new FormData();
  form.set("field", "value");
  expect(await (await fetch(`${url}/api/form`, { method: "POST", body: form })).json()).toEqual({ field: "value" });

  const stream = new Blob(["chunked"]).stream();
  const chunked = await fetch(`${url}/api/bytes`, { method: "POST", body: stream, duplex: "half" } as RequestInit);
  expect(await chunked.text()).toBe("chunked");
});

test.each([
  ["nothing", 204, "", null],
  ["empty", 200, "", null],
  ["json", 200, '{"a":1}', "application/json"],
  ["no-content", 204, "", null],
  ["impossible", 500, "", null],
  ["text", 500, "", null],
  ["throws", 500, "", null],
])("the answer %s has status %i and body %j", async (kind, status, body, contentType) => {
  const { url } = await basic();
  const response = await fetch(`${url}/api/answer/${kind}`);
  expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([
    status,
    body,
    contentType,
  ]);
});

test("an error thrown by a handler is only logged", async () => {
  const { url, entries } = await basic();
  await fetch(`${url}/api/answer/throws`);
  const line = entries.find((entry) => entry.component === "Function.answer" && entry.level === "error");
  expect(line?.message).toContain("Exception: secret detail\nStack: Error: secret detail\n    at ");
  expect(line?.fields["functionName"]).toBe("answer");
});

test("each cookie has its own header line", async () => {
  const { url } = await basic();
  const response = await fetch(`${url}/api/answer/cookies`);
  expect(response.headers.getSetCookie()).toEqual([
    "a=1%202; max-age=60; path=/; samesite=lax; httponly",
    "b=2; path=/sub",
  ]);
});

test("the function's headers override those of host.json, and the content length is computed", async () => {
  const { url } = await basic();
  const response = await fetch(`${url}/api/answer/headers`);
  expect(response.headers.get("x-own")).toBe("function");
  expect(response.headers.get("x-from")).toBe("host.json");
  expect(await response.text()).toBe("longer than three");
});

test("a body over the limit returns 413, with or without a content length", async () => {
  const { url } = await basic({ appSettings: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "10" } });
  expect((await fetch(`${url}/api/bytes`, { method: "POST", body: "0123456789" })).status).toBe(200);
  expect((await fetch(`${url}/api/bytes`, { method: "POST", body: "0123456789a" })).status).toBe(413);
  const stream = new Blob(["0123456789a"]).stream();
  const chunked = await fetch(`${url}/api/bytes`, { method: "POST", body: stream, duplex: "half" } as RequestInit);
  expect(chunked.status).toBe(413);
});

test("every answered request to the app is logged without its key, and requests to the host are not", async () => {
  const host = await basic();
  for (const path of ["/api/hello?code=SECRET", "/api/missing", "/admin/functions", "/runtime/webhooks/none"]) {
    await (await fetch(host.url + path)).text();
  }
  const requests = () => host.entries.filter(({ source }) => source === "request");
  await waitFor(() => requests().length === 2);
  expect(requests().map(({ message }) => message.replace(/\d+ ms/, "N ms"))).toEqual([
    "GET /api/hello 200 (N ms)",
    "GET /api/missing 404 (N ms)",
  ]);
  expect(JSON.stringify(host.entries)).not.toContain("SECRET");
});

test("a WebSocket is rejected with 426, and any other upgrade is ignored", async () => {
  const { port, entries } = await basic();
  const ask = (upgrade: string) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const headers = { connection: "Upgrade", upgrade };
      http.get({ port, path: "/api/hello", headers }, (it) => resolve(it.resume())).on("error", reject);
    });
  const refused = await ask("WebSocket");
  expect([refused.statusCode, refused.headers.upgrade]).toEqual([426, "HTTP/1.1"]);
  expect((await ask("h2c")).statusCode).toBe(200);
  expect(entries.filter(({ source }) => source === "request").map(({ message }) => message.split(" ")[2])).toEqual([
    "426",
    "200",
  ]);
});

test("the alphabetically first of two matching functions responds", async () => {
  const appDir = await writeApp({
    "main.js": `const { app } = require("@azure/functions");
      app.get("b", { route: "x/fixed", handler: () => ({ body: "b" }) });
      app.get("a", { route: "x/{any}", handler: (request) => ({ body: "a " + request.params.any }) });`,
  });
  const { url } = await startTestHost({ appDir });
  expect(await (await fetch(`${url}/api/x/fixed`)).text()).toBe("a fixed");
});

test("the home page is served unless a function or a setting replaces it", async () => {
  const { url } = await basic();
  const home = await fetch(url);
  expect([home.status, home.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const silent = await basic({ appSettings: { AzureWebJobsDisableHomepage: "true" } });
  expect((await fetch(silent.url)).status).toBe(204);
});

test("only the loopback addresses are open, on the same port", async () => {
  const { port } = await basic();
  const answer = await fetch(`http://127.0.0.1:${port}/api/hello`);
  expect(answer.status).toBe(200);
  const v6 = await fetch(`http://[::1]:${port}/api/hello`).catch((error: Error) => error);
  if (v6 instanceof Error) expect(String(v6.cause)).toMatch(/EADDRNOTAVAIL|EAFNOSUPPORT|ENETUNREACH/);
  else expect(v6.status).toBe(200);
});

test.each([
  ["Host", "evil.example", "/api/hello", 421],
  ["Host", "evil.example", "/admin/host/status", 421],
  ["Host", "evil.example", "/runtime/webhooks/x", 421],
  ["Origin", "http://evil.example", "/api/hello", 403],
  ["Origin", "null", "/admin/functions", 403],
  ["Sec-Fetch-Site", "cross-site", "/", 403],
])("a foreign %s: %s on %s is rejected with %i", async (name, value, path, status) => {
  const { port } = await basic();
  expect(
    await rawStatus(
      port,
      `GET ${path} HTTP/1.1\r\nConnection: close\r\n${name === "Host" ? "" : "Host: localhost\r\n"}${name}: ${value}\r\n\r\n`,
    ),
  ).toBe(status);
});

test.each(["/api/%00", "/api/%zz", "http://localhost/api/hello", "*"])(
  "the target %j is a bad request",
  async (target) => {
    const { port } = await basic();
    expect(await rawStatus(port, `OPTIONS ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toBe(
      400,
    );
  },
);

test("a configured origin gets its preflight and may read responses", async () => {
  const { url } = await basic({ allowedOrigins: ["http://page.example"] });
  const origin = "http://page.example";
  const preflight = await fetch(`${url}/api/hello`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET", "access-control-request-headers": "x-a" },
  });
  expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([204, "x-a"]);
  const answer = await fetch(`${url}/api/hello`, { headers: { origin } });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
});

test("with keys required, each level requires its key", async () => {
  const appDir = await writeApp({
    "main.js": `const { app } = require("@azure/functions");
      app.http("open", { authLevel: "anonymous", handler: () => ({ body: "open" }) });
      app.http("closed", { authLevel: "function", handler: () => ({ body: "closed" }) });`,
  });
  const host = await startTestHost({ appDir, requireKeys: true });
  expect((await fetch(`${host.url}/api/open`)).status).toBe(200);
  expect((await fetch(`${host.url}/api/closed`)).status).toBe(401);
  expect((await fetch(`${host.url}/admin/host/keys`)).status).toBe(401);
  expect((await fetch(`${host.url}/admin/host/ping`)).status).toBe(200);
  expect((await fetch(`${host.url}/api/closed?code=${host.systemKey("x")}`)).status).toBe(401);
});

test("a port in use is reported in the error", async () => {
  const other = http.createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as net.AddressInfo;
  await expect(basic({ port })).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
    message: expect.stringContaining(`${port}`),
  });
  other.close();
});

/** Sends bytes that fetch would not send. */
async function rawStatus(port: number, text: string): Promise<number> {
  const socket = net.connect(port, "127.0.0.1");
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return Number(answer.split(" ")[1]);
}

test("a request beyond host.json's maxOutstandingRequests returns 429, and the next one afterwards is served", async () => {
  const gate = path.join(await makeTempDir(), "open");
  const appDir = await writeApp({
    "host.json": '{"version":"2.0","extensions":{"http":{"maxOutstandingRequests":1}}}',
    "main.js": `
      const { existsSync } = require("node:fs");
      const { app } = require("@azure/functions");
      const opened = async () => {
        while (!existsSync(process.env.GATE)) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      app.http("wait", { authLevel: "anonymous", handler: async () => opened().then(() => ({ body: "served" })) });
    `,
  });
  const host = await startTestHost({ appDir, appSettings: { GATE: gate } });
  const first = fetch(`${host.url}/api/wait`);
  await waitFor(() => host.entries.some(({ message }) => message.startsWith("Executing")), { what: "the first call" });
  const refused = await fetch(`${host.url}/api/wait`);
  expect([refused.status, refused.headers.get("x-function-scaleout")]).toEqual([429, "1"]);
  await writeFile(gate, "");
  expect(await (await first).text()).toBe("served");
  expect((await fetch(`${host.url}/api/wait`)).status).toBe(200);
});
