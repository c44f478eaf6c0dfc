import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { AppFunction } from "../../../local/src/host/index.ts";
import { createTimerExtension, type TimerHost } from "../../../local/src/timers/timer-extension.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const START = "2026-06-24T14:00:00.000Z";

function timer(name: string, options: Record<string, unknown>, changes: Partial<AppFunction> = {}): AppFunction {
  const trigger = { type: "timerTrigger", name: "t", direction: "in" as const, ...options };
  const metadata = { functionId: name, name, bindings: [trigger], scriptFile: "main.js", directory: "/" };
  const fn = { name, metadata, trigger, http: undefined, isDisabled: false, isTriggerStarted: true, errors: [] };
  return { ...fn, ...changes };
}

/** Lets `seconds` of the fake clock pass; returns what ran when, in seconds from the start. */
async function runFor(seconds: number, functions: AppFunction[], { runMs = 0 } = {}) {
  const calls: { name: string; at: number; value: unknown }[] = [];
  const entries: LogEntry[] = [];
  const clock = new FakeClock(START);
  const elapsed = () => (clock.now().getTime() - Date.parse(START)) / 1000;
  const extension = createTimerExtension({ clock, log: createLogger((entry) => entries.push(entry), "timers") });
  const host: TimerHost = {
    env: { EVERY: "00:00:10" },
    registeredFunctions: () => functions,
    async invoke(find, { triggerData }) {
      const value: unknown = triggerData !== undefined && "json" in triggerData ? JSON.parse(triggerData.json) : null;
      calls.push({ name: find(functions)?.name ?? "unknown", at: elapsed(), value });
      clock.advance(runMs);
      return { status: "success", outputData: [], isEmpty: true };
    },
  };
  const advance = clock.sleep.bind(clock);
  clock.sleep = async (ms) => {
    await advance(ms);
    if (elapsed() >= seconds) extension.stop();
  };
  extension.start(host);
  await waitFor(() => elapsed() >= seconds);
  return { calls, entries };
}

const timesOf = (calls: { name: string; at: number }[]) => calls.map(({ name, at }) => `${name} ${at}`);

test("a timer runs on schedule, given by an expression, an interval or a setting", async () => {
  const { calls } = await runFor(31, [
    timer("cron", { schedule: "*/15 * * * * *" }),
    timer("interval", { schedule: "%EVERY%" }),
  ]);
  expect(timesOf(calls)).toEqual(["interval 10", "cron 15", "interval 20", "cron 30", "interval 30"]);
});

test("the function receives the times of its last and its next run", async () => {
  const { calls } = await runFor(21, [timer("t", { schedule: "00:00:10" })]);
  expect(calls.map(({ value }) => value)).toEqual([
    {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: "0001-01-01T00:00:00+00:00",
        LastUpdated: "0001-01-01T00:00:00+00:00",
        Next: "2026-06-24T14:00:20.000Z",
      },
      IsPastDue: false,
    },
    {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: "2026-06-24T14:00:10.000Z",
        LastUpdated: "2026-06-24T14:00:10.000Z",
        Next: "2026-06-24T14:00:30.000Z",
      },
      IsPastDue: false,
    },
  ]);
});

test("runOnStartup runs the function immediately", async () => {
  const { calls } = await runFor(2, [timer("t", { schedule: "0 0 0 1 1 *", runOnStartup: true })]);
  expect(timesOf(calls)).toEqual(["t 0"]);
});

test("a run longer than its interval does not overlap with the next one", async () => {
  const { calls } = await runFor(50, [timer("t", { schedule: "*/10 * * * * *" })], { runMs: 12_000 });
  expect(timesOf(calls)).toEqual(["t 10", "t 30"]);
});

test("a timer that is disabled, in error or without a valid schedule does not run, and only an invalid schedule is reported", async () => {
  const schedule = "00:00:01";
  const { calls, entries } = await runFor(5, [
    timer("off", { schedule }, { isDisabled: true }),
    timer("broken", { schedule }, { errors: ["why"] }),
    timer("odd", { schedule: "every now and then" }),
  ]);
  expect(calls).toEqual([]);
  expect(entries.map(({ level, fields }) => [level, fields["functionName"]])).toEqual([["error", "odd"]]);
});
