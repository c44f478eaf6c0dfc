import { expect, test } from "vitest";
import { type HttpForm, methodsOf, parseHeaderLines, toRequest } from "../../../inspector/src/home/http-call.ts";
import { parseUrlTemplate } from "../../../inspector/src/home/url-template.ts";

const URL_TEXT = "http://localhost:7071/api/orders/{id}";
const requestOf = (form: Partial<HttpForm>) =>
  toRequest(parseUrlTemplate(URL_TEXT), {
    method: "POST",
    route: { id: "1" },
    query: "",
    headers: "",
    body: "",
    ...form,
  });

test("the URL consists of route and query", () => {
  expect(requestOf({ query: "a=1&b=2" }).url).toBe("http://localhost:7071/api/orders/1?a=1&b=2");
  expect(requestOf({ query: " ?a=1 " }).url).toBe("http://localhost:7071/api/orders/1?a=1");
});

test("the content type of a body is JSON if it is valid JSON, and text otherwise", () => {
  expect(requestOf({ body: '{"a":1}' }).headers).toEqual([["content-type", "application/json"]]);
  expect(requestOf({ body: "a=1" }).headers).toEqual([["content-type", "text/plain"]]);
});

test("a given content type is kept", () => {
  const headers = "Content-Type: application/xml";
  expect(requestOf({ body: "1", headers }).headers).toEqual([["Content-Type", "application/xml"]]);
});

test("GET has no body, even if one was entered for another method", () => {
  expect(requestOf({ method: "GET", body: "left over" })).toEqual({
    method: "GET",
    url: "http://localhost:7071/api/orders/1",
    headers: [],
  });
});

test("a function without methods accepts all methods", () => {
  expect(methodsOf([])).toContain("PATCH");
  expect(methodsOf(["GET"])).toEqual(["GET"]);
});

test("headers are parsed as lines of names and values", () => {
  expect(parseHeaderLines("x-a: 1:2\n\n  X-B :  two  \nx-empty:")).toEqual({
    headers: [
      ["x-a", "1:2"],
      ["X-B", "two"],
      ["x-empty", ""],
    ],
    problem: undefined,
  });
});

test.each(["no colon", ": value", "na me: value", "näme: value"])("%j is not a header", (line) => {
  expect(parseHeaderLines(line)).toEqual({ headers: [], problem: `"${line}" is not a header: write NAME: VALUE.` });
});
