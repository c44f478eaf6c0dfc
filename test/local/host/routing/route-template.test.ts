import { expect, test } from "vitest";
import { parseRouteTemplate } from "../../../../local/src/host/routing/route-template.ts";

test.each([
  ["api//x", "two slashes"],
  ["~x", '"~"'],
  ["{a}{b}", "nothing between"],
  ["{a}/{A}", "occurs twice"],
  ["{}", "no parameter name"],
  ["{a*}", "no parameter name"],
  ["{a", "not closed"],
  ["a}", "no opening one"],
  ["{*rest}/x", "must be the last part"],
  ["x{*rest}", "must be the last part"],
  ["{*rest?}", "cannot be optional"],
  ["{a=1?}", "cannot have a default"],
  ["{a?}x", 'after "."'],
  ["a?", '"?"'],
  ["{id:nosuch}", "no known constraint"],
  ["{id:min(x)}", "no known constraint"],
])("the template %j is refused: %s", (template, problem) => {
  expect(() => parseRouteTemplate(template)).toThrow(problem);
});

test.each(["~/x", "/x", "x/", "x"])("the template %j has the one segment x", (template) => {
  expect(parseRouteTemplate(template).segments).toEqual([[{ kind: "literal", text: "x" }]]);
});
