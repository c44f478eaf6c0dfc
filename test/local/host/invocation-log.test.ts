import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import { InvocationLog } from "../../../local/src/host/invocation-log.ts";

function setUp() {
  const entries: LogEntry[] = [];
  return { entries, log: new InvocationLog(createLogger((entry) => entries.push(entry), "root")) };
}

test("the app's lines carry the fields of their invocation", () => {
  const { entries, log } = setUp();
  log.begin("id", "hello", { instanceId: "run" });
  log.writeWorkerLine({ kind: "rpcLog", category: "user", level: "critical", message: "m", invocationId: "id" });
  expect(entries.at(-1)).toMatchObject({
    source: "user",
    level: "error",
    component: "Function.hello.User",
    message: "m",
    fields: { functionName: "hello", invocationId: "id", instanceId: "run" },
  });
});

test("a failure is an error line with its reason, a success is none", () => {
  const { entries, log } = setUp();
  log.begin("a", "f", {});
  log.end("a", { isSuccess: true, durationMs: 5 });
  log.begin("b", "f", {});
  log.end("b", { isSuccess: false, durationMs: 6, problem: "Result: Failure" });
  expect(
    entries.filter((entry) => entry.message.startsWith("Executed")).map(({ level, message }) => [level, message]),
  ).toEqual([
    ["info", "Executed 'Functions.f' (Succeeded, Id=a, Duration=5ms)"],
    ["error", "Executed 'Functions.f' (Failed, Id=b, Duration=6ms)\nResult: Failure"],
  ]);
});

test.each([
  ["stdout", "an error on stdout", "info"],
  ["stderr", "DeprecationWarning: old", "warn"],
  ["stderr", "Unhandled exception", "error"],
  ["stderr", "Debugger attached.", "info"],
] as const)("%s with %j is %s", (stream, line, level) => {
  const { entries, log } = setUp();
  log.writeConsoleLine(stream, line);
  expect(entries).toMatchObject([{ level, source: "console", component: "Host.Function.Console" }]);
});

test("host.json's level None silences a category", () => {
  const { entries, log } = setUp();
  log.logLevels = new Map([["Host.Function.Console", "none"]]);
  log.writeConsoleLine("stderr", "error");
  expect(entries).toEqual([]);
});
