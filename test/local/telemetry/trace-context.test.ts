import { expect, test } from "vitest";
import { formatTraceParent, parseTraceParent, spanIdOf } from "../../../local/src/telemetry/trace-context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test("a traceparent is parsed with its flags and state, and formatted again", () => {
  const context = parseTraceParent(`00-${TRACE}-${SPAN}-01`, "vendor=a,other=b");
  expect(context).toEqual({ traceId: TRACE, spanId: SPAN, isSampled: true, traceState: "vendor=a,other=b" });
  expect(context && formatTraceParent(context)).toBe(`00-${TRACE}-${SPAN}-01`);
  expect(parseTraceParent(`00-${TRACE}-${SPAN}-00`)?.isSampled).toBe(false);
});

test("a later version with more fields is parsed as this one", () => {
  expect(parseTraceParent(`cc-${TRACE}-${SPAN}-09-more`)).toMatchObject({ traceId: TRACE, isSampled: true });
});

test.each([
  undefined,
  "",
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-01-more`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${"0".repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
])("%s is not a traceparent", (text) => {
  expect(parseTraceParent(text)).toBeNull();
});

test.each(["", "x".repeat(514), "vendor=\u00e4", "vendor=a\nb"])("the state %j is dropped", (state) => {
  expect(parseTraceParent(`00-${TRACE}-${SPAN}-01`, state)).toMatchObject({ traceId: TRACE, traceState: null });
});

test("the ID derived from a string is stable, and different for another string", () => {
  expect(spanIdOf("execution")).toMatch(/^[0-9a-f]{16}$/);
  expect(spanIdOf("execution")).toBe(spanIdOf("execution"));
  expect(spanIdOf("execution")).not.toBe(spanIdOf("execution/1"));
});
