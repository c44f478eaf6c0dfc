import { expect, test } from "vitest";
import { isLogged, type LogThreshold } from "../../../../local/src/host/config/log-levels.ts";

const levels = new Map<string, LogThreshold>([
  ["default", "warn"],
  ["Function", "info"],
  ["Function.quiet", "none"],
  ["Function.loud.User", "trace"],
]);

test.each([
  ["Host.General", "info", false],
  ["Host.General", "warn", true],
  ["Function.a.User", "info", true],
  ["Function.a.User", "debug", false],
  ["Function.quiet.User", "error", false],
  ["function.LOUD.user", "trace", true],
] as const)("%s at %s is logged: %s", (category, level, expected) => {
  expect(isLogged(levels, category, level)).toBe(expected);
});

test("by default, Information and above are logged", () => {
  expect(isLogged(new Map(), "Function.a", "info")).toBe(true);
  expect(isLogged(new Map(), "Function.a", "debug")).toBe(false);
});
