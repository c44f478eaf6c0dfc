import { expect, test } from "vitest";
import { parseRouteTemplate } from "../../../../local/src/host/routing/route-template.ts";

test.each([
  ["api//x", "two slashes"],
  ["~x", '"~"'],
  ["{a}{b}", "nothing between"],
  ["{a}/{A}", "occurs twice"],
  ["{}", "not a parameter name"],
  ["{a*}", "not a parameter name"],
  ["{a", "not closed"],
  ["a}", "no opening one"],
  ["{*rest}/x", "must be the last part"],
  ["x{*rest}", "must be the last part"],
  ["{*rest?}", "cannot be optional"],
  ["{a=1?}", "cannot have a default"],
  ["{a?}x", 'after "."'],
  ["a?", '"?"'],
  ["{id:nosuch}", "not a known constraint"],
  ["{id:min(x)}", "not a known constraint"],
])("the template %j is rejected: %s", (template, problem) => {
  expect(() => parseRouteTemplate(template)).toThrow(problem);
});

test.each(["~/x", "/x", "x/", "x"])("the template %j has the one segment x", (template) => {
  expect(parseRouteTemplate(template).segments).toEqual([[{ kind: "literal", text: "x" }]]);
});
