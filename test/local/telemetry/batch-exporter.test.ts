import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import {
  BatchExporter,
  type ExportResult,
  MAX_WAITING_SPANS,
  type SpanExporter,
} from "../../../local/src/telemetry/batch-exporter.ts";
import { spanNamed } from "../../helpers/span.ts";
import { VirtualClock } from "../../helpers/virtual-clock.ts";

const EXPORTED: ExportResult = { kind: "exported" };
const UNAVAILABLE: ExportResult = { kind: "unavailable", reason: "ECONNREFUSED" };

/** An exporter that returns `answers` in turn, then reports success. */
function setUp(answers: (ExportResult | (() => never))[] = []) {
  const batches: string[][] = [];
  const entries: LogEntry[] = [];
  const exporter: SpanExporter = {
    description: "http://collector/v1/traces",
    advice: "Start it.",
    delayMs: 1000,
    async export(spans) {
      const next = answers.shift() ?? EXPORTED;
      const answer = typeof next === "function" ? next() : next;
      if (answer.kind === "exported") batches.push(spans.map(({ name }) => name));
      return answer;
    },
  };
  const clock = new VirtualClock();
  const log = createLogger((entry) => entries.push(entry), "telemetry");
  const batched = new BatchExporter(exporter, { clock, log });
  const pass = async (ms: number) => {
    clock.moveTo(clock.now().getTime() + ms);
    // Everything that follows without waiting.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { batched, batches, entries, pass, clock };
}

test("spans are exported together after a delay, and no timer runs while there are none", async () => {
  const { batched, batches, pass, clock } = setUp();
  batched.add(spanNamed("a"));
  batched.add(spanNamed("b"));
  await pass(999);
  expect(batches).toEqual([]);
  await pass(1);
  expect(batches).toEqual([["a", "b"]]);
  expect(clock.nextDueMs({ withRoutine: true })).toBeNull();
  batched.add(spanNamed("c"));
  await pass(1000);
  expect(batches).toEqual([["a", "b"], ["c"]]);
});

test("a failing exporter is reported once, retried with backoff, and gets all spans when it works again", async () => {
  const { batched, batches, entries, pass } = setUp([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE]);
  batched.add(spanNamed("a"));
  for (const ms of [1000, 1000, 2000]) await pass(ms);
  batched.add(spanNamed("b"));
  expect(batches).toEqual([]);
  await pass(4000);
  expect(batches).toEqual([["a", "b"]]);
  expect(entries.map(({ level, message }) => `${level} ${message}`)).toEqual([
    "warn Spans cannot be exported to http://collector/v1/traces: ECONNREFUSED. The app continues; up to 4096 spans are queued. Start it.",
    "info Spans are exported again.",
  ]);
});

test("a rejected batch is dropped, and the next one is tried", async () => {
  const { batched, batches, entries, pass } = setUp([{ kind: "refused", reason: "it answered 400" }]);
  batched.add(spanNamed("a"));
  await pass(1000);
  batched.add(spanNamed("b"));
  await pass(1000);
  expect(batches).toEqual([["b"]]);
  expect(entries.map(({ fields }) => fields["dropped"])).toEqual([undefined, 1]);
});

test("a span that cannot be encoded is dropped, and the next ones are exported", async () => {
  const { batched, batches, entries, pass } = setUp([
    () => {
      throw new TypeError("a name that is not a text");
    },
  ]);
  batched.add(spanNamed("a"));
  await pass(1000);
  batched.add(spanNamed("b"));
  await pass(1000);
  expect(batches).toEqual([["b"]]);
  expect(entries[0]?.message).toContain("a name that is not a text");
  await batched.stop();
});

test("the queue of spans is bounded", async () => {
  const { batched, batches, entries, pass } = setUp([UNAVAILABLE]);
  for (let index = 0; index < MAX_WAITING_SPANS + 10; index += 1) batched.add(spanNamed(String(index)));
  await pass(1000);
  for (let batch = 0; batch < 10; batch += 1) await pass(1000);
  expect(batches.flat()).toHaveLength(MAX_WAITING_SPANS);
  expect(batches.every((batch) => batch.length <= 512)).toBe(true);
  expect(entries.at(-1)?.fields["dropped"]).toBe(10);
});

test("stopping exports the queue immediately", async () => {
  const { batched, batches } = setUp();
  batched.add(spanNamed("a"));
  await batched.stop();
  expect(batches).toEqual([["a"]]);
});

test("stopping gives up on an exporter that does not respond", async () => {
  const log = createLogger(() => {}, "telemetry");
  const exporter: SpanExporter = {
    description: "",
    advice: "",
    delayMs: 0,
    export: (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(UNAVAILABLE));
      }),
  };
  const batched = new BatchExporter(exporter, { clock: new VirtualClock(), log });
  batched.add(spanNamed("a"));
  await batched.stop(1);
});
