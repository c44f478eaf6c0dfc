import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { refuseCrossSite, refuseForeign } from "../../../shared/src/http/request-guard.ts";

function check(headers: Record<string, string>, { isPrivileged = false, cors = [] as string[] } = {}) {
  const guard = { allowedHosts: new Set(["my.box"]), cors: { allows: (origin: string) => cors.includes(origin) } };
  const request = { headers } as unknown as IncomingMessage;
  return refuseForeign(request, guard) ?? refuseCrossSite(request, isPrivileged);
}

test.each(["localhost:7071", "LOCALHOST", "127.0.0.1:7071", "[::1]:7071", "my.box:80"])(
  "the host %s is accepted",
  (host) => {
    expect(check({ host })).toBeUndefined();
  },
);

test.each([
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "10.0.0.1",
  "",
  "localhost:7071@evil.example",
  "evil/localhost",
  "localhost:99999",
])("the host %j is rejected", (host) => {
  expect(check({ host })).toBe(421);
});

test.each([
  ["http://localhost:7071", undefined],
  ["http://127.0.0.1:7071", undefined],
  ["http://localhost:3000", 403],
  ["http://localhost", 403],
  ["https://evil.example", 403],
  ["null", 403],
  ["file://localhost:7071", 403],
  ["", 403],
])("the origin %j results in %j", (origin, status) => {
  expect(check({ host: "localhost:7071", origin })).toBe(status);
});

test("a configured origin may call", () => {
  expect(check({ host: "localhost:7071", origin: "http://a.example" }, { cors: ["http://a.example"] })).toBeUndefined();
});

test.each([
  ["cross-site", false, 403],
  ["cross-site", true, 403],
  ["same-site", false, undefined],
  ["same-site", true, 403],
  ["same-origin", true, undefined],
  ["none", true, undefined],
])("a browser's %s request without an origin, privileged: %s, results in %j", (site, isPrivileged, status) => {
  expect(check({ host: "localhost", "sec-fetch-site": site }, { isPrivileged })).toBe(status);
});
