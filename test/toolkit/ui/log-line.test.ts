import type { LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import { formatLogEntry, isShown } from "../../../toolkit/src/ui/log-line.ts";

const entry = (changes: Partial<LogEntry>): LogEntry => ({
  time: new Date("2026-11-27T06:00:00.123Z"),
  level: "info",
  source: "user",
  component: "Function.executor.User",
  message: "hello",
  fields: {},
  ...changes,
});

test("a line has time, level, component, message and fields", () => {
  expect(formatLogEntry(entry({ fields: { instanceId: "a", episode: 2, executionId: undefined } }))).toBe(
    "06:00:00.123 info  Function.executor.User: hello instanceId=a episode=2",
  );
});

test("the time, warnings and errors are coloured", () => {
  const paint = (style: string, text: string) => `<${style}>${text}</>`;
  const lines = (["info", "warn", "error"] as const).map((level) => formatLogEntry(entry({ level }), paint));
  expect(lines).toEqual([
    "<dim>06:00:00.123</> info  Function.executor.User: hello",
    "<dim>06:00:00.123</> <yellow>warn </> Function.executor.User: hello",
    "<dim>06:00:00.123</> <red>error</> Function.executor.User: hello",
  ]);
});

test.each([
  [{ source: "request" }, [true, true]],
  [{ source: "user" }, [true, true]],
  [{ source: "user", level: "debug" }, [false, true]],
  [{ source: "system" }, [false, true]],
  [{ source: "system", level: "warn" }, [true, true]],
  [{ source: "system", level: "trace" }, [false, false]],
] as const)("whether %j is shown without and with --verbose: %j", (changes, expected) => {
  expect([false, true].map((isVerbose) => isShown(entry(changes), isVerbose))).toEqual(expected);
});

const FORGED = "06:00:00.124 error host: The storage is gone.";

test.each([
  ["a message", { message: `hello\n${FORGED}` }],
  ["an instance's id", { fields: { instanceId: `a\n${FORGED}` } }],
  ["a function's name", { component: `Function.x\n${FORGED}` }],
  ["another kind of newline", { message: `hello\r${FORGED}\u2028${FORGED}\u0085${FORGED}` }],
])("%s cannot start a new log line", (_what, changes) => {
  const lines = formatLogEntry(entry(changes)).split(/\r\n|[\n\r\u0085\u2028\u2029]/);
  expect(lines.filter((line) => line.startsWith("06:00"))).toHaveLength(1);
  expect(lines.join("\n")).toContain("error host: The storage is gone.");
});

test("the output of a step keeps its colours and line breaks, but no other control characters", () => {
  const message = "\u001b[31mred\u001b[2J\n\tindented";
  expect(formatLogEntry(entry({ message, fields: { step: "one" } }))).toBe(
    "06:00:00.123 info  Function.executor.User: \u001b[31mred\\x1b[2J\n    \tindented\u001b[0m step=one",
  );
});
