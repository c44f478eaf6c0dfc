import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { HostEvent } from "../../../local/src/events/host-event.ts";
import { InvocationLog } from "../../../local/src/host/invocation-log.ts";

function setUp() {
  const entries: LogEntry[] = [];
  const events: HostEvent[] = [];
  const logger = createLogger((entry) => entries.push(entry), "root");
  return { entries, events, log: new InvocationLog(logger, (event) => events.push(event)) };
}

const callOf = (invocationId: string) => ({ invocationId, functionName: "f", instanceId: null });

test("the app's lines carry the fields of their invocation", () => {
  const { entries, log } = setUp();
  log.begin({ invocationId: "id", functionName: "hello", instanceId: "run" });
  log.writeWorkerLine({ kind: "rpcLog", category: "user", level: "critical", message: "m", invocationId: "id" });
  expect(entries.at(-1)).toMatchObject({
    source: "user",
    level: "error",
    component: "Function.hello.User",
    message: "m",
    fields: { functionName: "hello", invocationId: "id", instanceId: "run" },
  });
});

test("a failure is an error line with its reason, and a success is not", () => {
  const { entries, log } = setUp();
  log.begin(callOf("a"));
  log.end(callOf("a"), { ok: true, durationMs: 5, problem: null });
  log.begin(callOf("b"));
  log.end(callOf("b"), { ok: false, durationMs: 6, problem: "Result: Failure" });
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
] as const)("%s with %j has level %s", (stream, line, level) => {
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

test("calls are reported as events, whatever host.json silences", () => {
  const { entries, events, log } = setUp();
  log.logLevels = new Map([["Function", "none"]]);
  const call = { invocationId: "id", functionName: "executor", instanceId: "run" };
  log.begin(call);
  log.end(call, { ok: false, durationMs: 6, problem: "no" });
  expect(entries).toEqual([]);
  expect(events).toEqual([
    { kind: "function-started", time: expect.any(Date), ...call },
    { kind: "function-ended", time: expect.any(Date), ...call, ok: false, durationMs: 6, problem: "no" },
  ]);
});
