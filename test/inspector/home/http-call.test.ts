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

test("route and query make the URL", () => {
  expect(requestOf({ query: "a=1&b=2" }).url).toBe("http://localhost:7071/api/orders/1?a=1&b=2");
  expect(requestOf({ query: " ?a=1 " }).url).toBe("http://localhost:7071/api/orders/1?a=1");
});

test("a body says that it is JSON when it is, and text otherwise", () => {
  expect(requestOf({ body: '{"a":1}' }).headers).toEqual([["content-type", "application/json"]]);
  expect(requestOf({ body: "a=1" }).headers).toEqual([["content-type", "text/plain"]]);
});

test("a type that is given stays", () => {
  const headers = "Content-Type: application/xml";
  expect(requestOf({ body: "1", headers }).headers).toEqual([["Content-Type", "application/xml"]]);
});

test("GET has no body, also where one was typed for another method", () => {
  expect(requestOf({ method: "GET", body: "left over" })).toEqual({
    method: "GET",
    url: "http://localhost:7071/api/orders/1",
    headers: [],
  });
});

test("a function without methods takes all", () => {
  expect(methodsOf([])).toContain("PATCH");
  expect(methodsOf(["GET"])).toEqual(["GET"]);
});

test("headers are lines of names and values", () => {
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
