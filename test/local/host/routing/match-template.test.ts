import { expect, test } from "vitest";
import { matchTemplate, splitPath } from "../../../../local/src/host/routing/match-template.ts";
import { parseRouteTemplate } from "../../../../local/src/host/routing/route-template.ts";

function match(template: string, pathname: string) {
  return matchTemplate(parseRouteTemplate(template), splitPath(pathname) ?? []);
}

test.each([
  ["api/hello", "/api/hello", {}],
  ["api/hello", "/API/HELLO/", {}],
  ["api/hello", "/api", undefined],
  ["api/hello", "/api/hello/more", undefined],
  ["items/{id}", "/items/A%20b", { id: "A b" }],
  ["items/{id}", "/items/a%2Fb", { id: "a%2Fb" }],
  ["items/{id}", "/items", undefined],
  ["items/{id?}", "/items", {}],
  ["items/{id=7}", "/items", { id: "7" }],
  ["items/{id=7}", "/items/8", { id: "8" }],
  ["{a?}/b", "/b", undefined],
  ["files/{*rest}", "/files/a/b/c", { rest: "a/b/c" }],
  ["files/{**rest}", "/files/a//c", { rest: "a//c" }],
  ["files/{*rest}", "/files", {}],
  ["files/{*rest=x}", "/files", { rest: "x" }],
  ["{constructor?}", "/", {}],
  ["{constructor=7}", "/", { constructor: "7" }],
  ["x/{__proto__}", "/x/1", JSON.parse('{"__proto__":"1"}')],
  ["x/{*__proto__}", "/x/1/2", JSON.parse('{"__proto__":"1/2"}')],
  ["a//b", "/a/b", "throws"],
  ["x/{y}", "/x//z", undefined],
  ["", "/", {}],
])("template %j and path %j give %j", (template, pathname, expected) => {
  if (expected === "throws") expect(() => match(template, pathname)).toThrow("two slashes");
  else expect(match(template, pathname)).toEqual(expected);
});

test.each([
  ["{a}-{b}", "/x-y-z", { a: "x-y", b: "z" }],
  ["{a}-{b}", "/x-", undefined],
  ["{a}-{b}", "/-x", undefined],
  ["v{x}.json", "/v1.2.json", { x: "1.2" }],
  ["v{x}.json", "/V1.JSON", { x: "1" }],
  ["{name}.{ext?}", "/f.txt", { name: "f", ext: "txt" }],
  ["{name}.{ext?}", "/f", { name: "f" }],
  ["{name}.{ext?}", "/f.", undefined],
  ["{{x}}-{a}", "/{x}-1", { a: "1" }],
])("the complex segment %j matches %j as %j", (template, pathname, expected) => {
  expect(match(template, pathname)).toEqual(expected);
});

test.each([
  ["{id:int}", "/-5", true],
  ["{id:int}", "/x", false],
  ["{id:int?}", "/", true],
  ["{id:int:min(3)}", "/2", false],
  ["{id:range(1,3)}", "/3", true],
  ["{id:regex(^\\d{{3}}$)}", "/123", true],
  ["{id:regex(^\\d{{3}}$)}", "/1234", false],
  ["{id:regex(^(a:b|c=d)$)}", "/c=d", true],
  ["{id:length(2,3)=ab}", "/", true],
  ["{id:length(2,3)=a}", "/", false],
])("with the constraints of %j the path %j matches: %j", (template, pathname, isMatch) => {
  expect(match(template, pathname) !== undefined).toBe(isMatch);
});

test("a path with an invalid escape has no segments", () => {
  expect(splitPath("/a/%zz")).toBeUndefined();
});
