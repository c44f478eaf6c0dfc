import { expect, test } from "vitest";
import { hasAccess } from "../../../functions-app/src/functions/access-key.ts";

const ask = (headers: Record<string, string>, url = "https://app.example/api/initiate") => ({
  url,
  headers: new Headers(headers),
});
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
const closed = { SAME_ACCESS_KEY: "s3cret:x" };
const local = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };
const localUrl = "http://localhost:7071/api/initiate";

test.each([
  ["the header", ask({ "x-functions-key": "s3cret:x" })],
  ["the query", ask({}, "https://app.example/api/initiate?code=s3cret%3Ax")],
  ["the Basic password of any user", ask(basic("same:s3cret:x"))],
  ["Basic without a user", ask(basic(":s3cret:x"))],
])("the key is accepted as %s", (_, request) => {
  expect(hasAccess(request, closed)).toBe(true);
});

test.each([
  ["nothing", ask({})],
  ["a wrong header", ask({ "x-functions-key": "s3cret" })],
  ["a longer key", ask({ "x-functions-key": "s3cret:xx" })],
  ["the key as user name", ask(basic("s3cret:x"))],
  ["the key as bearer token", ask({ authorization: "Bearer s3cret:x" })],
])("%s is rejected", (_, request) => {
  expect(hasAccess(request, closed)).toBe(false);
});

test("without a configured key all access is rejected, even with an empty key", () => {
  expect(hasAccess(ask({ "x-functions-key": "" }), {})).toBe(false);
  expect(hasAccess(ask({}, localUrl), {})).toBe(false);
  expect(hasAccess(ask({ "x-functions-key": "" }), { ...local, SAME_ACCESS_KEY: "" })).toBe(false);
});

test.each([localUrl, "http://127.0.0.1:1/api/initiate", "http://[::1]:7071/api/initiate"])(
  "in Development %s is allowed",
  (url) => {
    expect(hasAccess(ask({}, url), local)).toBe(true);
    expect(hasAccess(ask({ origin: "http://localhost:3000", "x-forwarded-for": "::1, 127.0.0.1" }, url), local)).toBe(
      true,
    );
  },
);

test.each([
  ["another host", ask({}, "http://localhost.example:7071/api/initiate")],
  ["a page of another origin", ask({ origin: "https://evil.example" }, localUrl)],
  ["a page without an origin", ask({ origin: "null" }, localUrl)],
  ["a proxy for another client", ask({ "x-forwarded-for": "127.0.0.1, 10.0.0.9" }, localUrl)],
])("in Development %s is rejected", (_, request) => {
  expect(hasAccess(request, local)).toBe(false);
});

test("a configured key is required in Development too", () => {
  expect(hasAccess(ask({}, localUrl), { ...local, ...closed })).toBe(false);
});
