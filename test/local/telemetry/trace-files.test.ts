import { appendFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Span } from "../../../local/src/telemetry/span.ts";
import { createSpanFileExporter, SPAN_FILE } from "../../../local/src/telemetry/span-file.ts";
import { TraceFiles } from "../../../local/src/telemetry/trace-files.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const never = new AbortController().signal;
const [FIRST, SECOND] = ["1".repeat(32), "2".repeat(32)] as const;

const span = (traceId: string, spanId: string, more: Partial<Span> = {}): Span => ({
  context: { traceId, spanId, isSampled: true, traceState: null },
  parentSpanId: null,
  name: spanId,
  kind: "server",
  startMs: 1_782_309_600_000.5,
  endMs: 1_782_309_600_010,
  attributes: {},
  status: { code: "unset" },
  ...more,
});

async function write(batches: readonly (readonly Span[])[], maxBytes?: number) {
  const folder = await makeTempDir();
  const exporter = createSpanFileExporter(folder, {}, maxBytes);
  for (const batch of batches) await exporter.export(batch, never);
  return { folder, files: new TraceFiles(folder) };
}

test("a span is read back unchanged", async () => {
  const attributes = { "durabletask.task.instance_id": "abc", count: 3, share: 0.5, cold: true };
  const status = { code: "error", message: "It failed." } as const;
  const { files } = await write([[span(FIRST, "a", { parentSpanId: "b", kind: "producer", attributes, status })]]);
  expect(await files.find({ traceId: FIRST })).toEqual([
    {
      traceId: FIRST,
      id: "a",
      parentId: "b",
      name: "a",
      kind: "producer",
      startMs: 1_782_309_600_000.5,
      endMs: 1_782_309_600_010,
      problem: "It failed.",
      attributes,
    },
  ]);
});

test("the spans of an instance come from all its traces, including the rotated file", async () => {
  const of = (instanceId: string) => ({ attributes: { "durabletask.task.instance_id": instanceId } });
  const raised = { attributes: { "durabletask.event.target_instance_id": "abc" } };
  const batches = [
    [span(FIRST, "a", { startMs: 1 })],
    [span(FIRST, "b", { startMs: 2, ...of("abc") }), span("3".repeat(32), "c", of("abcd"))],
    [span(SECOND, "d", { startMs: 3, ...raised })],
  ];
  const { files } = await write(batches, 1100);
  expect((await files.find({ instanceId: "abc" })).map(({ id }) => id)).toEqual(["a", "b", "d"]);
  expect(await files.find({ instanceId: "ab" })).toEqual([]);
});

test("traces are listed by their first span, newest first, and reloaded when the file changes", async () => {
  const failed = { status: { code: "error", message: "" } } as const;
  const { folder, files } = await write([
    [span(FIRST, "late", { startMs: 20, endMs: 30, ...failed }), span(FIRST, "early", { startMs: 10, endMs: 15 })],
  ]);
  const first = { traceId: FIRST, name: "early", startMs: 10, endMs: 30, spanCount: 2, isFailed: true };
  expect(await files.list()).toEqual([first]);
  await createSpanFileExporter(folder, {}).export([span(SECOND, "new", { startMs: 50, endMs: 60 })], never);
  const second = { traceId: SECOND, name: "new", startMs: 50, endMs: 60, spanCount: 1, isFailed: false };
  expect(await files.list()).toEqual([second, first]);
});

test("a span whose text contains a line separator is read back unchanged", async () => {
  const status = { code: "error", message: "It failed.\u2028Twice." } as const;
  const { files } = await write([[span(FIRST, "a", { status })]]);
  expect(await files.find({ traceId: FIRST })).toMatchObject([{ problem: status.message }]);
});

test("a partial line and a folder without a file are ignored", async () => {
  const { folder, files } = await write([[span(FIRST, "a")]]);
  await appendFile(path.join(folder, SPAN_FILE), '{"resourceSpans":[{"1');
  expect(await files.list()).toHaveLength(1);
  expect(await new TraceFiles(path.join(folder, "none")).list()).toEqual([]);
});
