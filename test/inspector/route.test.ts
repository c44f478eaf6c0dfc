import { expect, test } from "vitest";
import { hrefOf, parseRoute, titleOf } from "../../inspector/src/route.ts";

test.each([
  ["", "home", {}],
  ["#/", "home", {}],
  ["#/nowhere", "home", {}],
  ["#/instances?status=Failed&q=a+b", "instances", { status: "Failed", q: "a b" }],
  ["#/instance?id=%3Fx%26y%23z", "instance", { id: "?x&y#z" }],
])("%j is the page %s with %j", (hash, page, query) => {
  expect(parseRoute(hash)).toEqual({ page, query });
});

test.each(["a b", "?x&y=1#z", "<b>é🙂</b>", "@counter@a/b"])("a link preserves %j", (id) => {
  expect(parseRoute(hrefOf("instance", { id })).query).toEqual({ id });
});

test("a link leaves out empty values", () => {
  expect(hrefOf("instances", { q: "", status: undefined })).toBe("#/instances");
});

test.each([
  ["#/home", "Home · same-kit inspector"],
  ["#/instance?id=abc", "Instance abc · same-kit inspector"],
  ["#/entity?name=counter", "Entity @counter@ · same-kit inspector"],
  ["#/trace?id=abc", "Trace abc · same-kit inspector"],
])("%s has the title %j", (hash, title) => {
  expect(titleOf(parseRoute(hash))).toBe(title);
});
