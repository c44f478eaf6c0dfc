import { expect, test } from "vitest";
import { kindOf, spanOfAll, toRows } from "../../../inspector/src/traces/span-rows.ts";
import type { TraceSpan } from "../../../local/src/inspector/api.ts";

const span = (
  id: string,
  startMs: number,
  parentId: string | null = null,
  more: Partial<TraceSpan> = {},
): TraceSpan => ({
  traceId: "t",
  id,
  parentId,
  name: id,
  kind: "server",
  startMs,
  endMs: startMs + 10,
  problem: null,
  attributes: {},
  ...more,
});
const drawn = (spans: TraceSpan[]) => toRows(spans).map(({ span: { id }, depth }) => `${"-".repeat(depth)}${id}`);

test("spans are placed below their causes, sorted by start", () => {
  const spans = [span("d", 4, "a"), span("c", 3, "b"), span("b", 2, "a"), span("a", 1), span("e", 0)];
  expect(drawn(spans)).toEqual(["e", "a", "-b", "--c", "-d"]);
});

test("a span with a missing parent, or a parent in another trace, is at the top level", () => {
  expect(drawn([span("b", 2, "a"), span("c", 3, "b"), span("b", 4, "c", { traceId: "other" })])).toEqual([
    "b",
    "-c",
    "b",
  ]);
});

test("a span that was exported twice is shown twice, and its children once", () => {
  expect(drawn([span("a", 1), span("a", 2), span("b", 3, "a")])).toEqual(["a", "-b", "a"]);
});

test("a chain of thousands of spans can be drawn", () => {
  const spans = Array.from({ length: 20_000 }, (_, index) =>
    span(`${index}`, index, index === 0 ? null : `${index - 1}`),
  );
  expect(toRows(spans).at(-1)?.depth).toBe(19_999);
});

test("the whole range covers all spans, and is never empty", () => {
  expect(spanOfAll([span("a", 5), span("b", 2, null, { endMs: 40 })])).toEqual({ fromMs: 2, toMs: 40 });
  expect(spanOfAll([span("a", 5, null, { endMs: 5 })])).toEqual({ fromMs: 5, toMs: 6 });
});

test.each([
  ["orchestration", "server", "orchestration"],
  ["orchestration", "producer", "message"],
  ["activity", "client", "activity"],
  ["entity", "server", "entity"],
  ["timer", "internal", "timer"],
  ["event", "producer", "message"],
  [undefined, "internal", "function"],
] as const)("a span with type %s and kind %s is drawn as %s", (type, kind, expected) => {
  const attributes: TraceSpan["attributes"] = type === undefined ? {} : { "durabletask.type": type };
  expect(kindOf(span("a", 1, null, { kind, attributes }))).toBe(expected);
});
