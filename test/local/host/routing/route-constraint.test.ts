import { expect, test } from "vitest";
import { parseRouteConstraint } from "../../../../local/src/host/routing/route-constraint.ts";

test.each([
  ["int", ["1", "-1", "+1", " 7 ", "2147483647"], ["", "1.0", "2147483648", "x"]],
  ["LONG", ["9223372036854775807"], ["9223372036854775808"]],
  ["bool", ["true", "FALSE"], ["1", "yes"]],
  ["datetime", ["2024-01-31", "2024-01-31T10:00:00Z"], ["yesterday", ""]],
  ["decimal", ["1", "-1,000.5", ".5"], ["1e3", "x", ""]],
  ["double", ["1e-3", "-.5", "NaN"], ["x", ""]],
  ["guid", ["0123456789abcdef0123456789ABCDEF", "{01234567-89ab-cdef-0123-456789abcdef}"], ["0123", "xyz"]],
  ["alpha", ["abC", ""], ["a1", "ä"]],
  ["length(2)", ["ab"], ["a", "abc"]],
  ["minlength(2)", ["ab", "abc"], ["a"]],
  ["maxlength(2)", ["ab", ""], ["abc"]],
  ["max(3)", ["3", "-9"], ["4", "x"]],
  ["regex(b)", ["abc", "B"], ["ac"]],
  ["regex(^\\d{3}$)", ["123"], ["1234", "12"]],
  ["regex(^(?!admin).+$)", ["users"], ["admin", "ADMINS"]],
  ["regex((.)\\1)", ["aab"], ["abc"]],
  ["regex((?<year>\\d{4})-)", ["2026-01"], ["26-01"]],
  ["regex((?i)ab)", ["AB"], ["ba"]],
  ["required", ["x"], [""]],
  ["file", ["a/b.txt"], ["a.b/c", "b."]],
  ["nonfile", ["a.b/c"], ["b.txt"]],
])("the constraint %s accepts %j and rejects %j", (text, accepted, refused) => {
  const constraint = parseRouteConstraint(text);
  expect(accepted.filter((value) => constraint?.accepts(value) !== true)).toEqual([]);
  expect(refused.filter((value) => constraint?.accepts(value) !== false)).toEqual([]);
});

test.each(["regex(^(a+)+$)", "regex(^(a|a)*$)", "regex(^a*a*a*a*a*a*$)", "regex(^(?=(a+)+$).*$)", "regex(^(a+)+\\1$)"])(
  "%s, which would backtrack forever, still decides about a long string",
  (text) => {
    expect(parseRouteConstraint(text)?.accepts(`${"a".repeat(5000)}!`)).toBe(false);
  },
);

test.each(["toString", "int(3)", "range(1)", "length", "regex(()", "("])("%j is not a constraint", (text) => {
  expect(parseRouteConstraint(text)).toBeUndefined();
});
