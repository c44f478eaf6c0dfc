import { expect, test } from "vitest";
import type { AppFunction } from "../../../local/src/host/functions/app-function.ts";
import { InvocationSpan } from "../../../local/src/host/invocation-span.ts";
import { parseTraceParent, type Span } from "../../../local/src/telemetry/index.ts";
import { createTracer } from "../../../local/src/telemetry/tracer.ts";
import type { WorkerInvocationResult } from "../../../local/src/worker/language-worker.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = parseTraceParent(`00-${TRACE}-b7ad6b7169203331-01`, "vendor=a");
const SUCCESS: WorkerInvocationResult = { status: "success", outputData: [], isEmpty: true };

const fn = (type: string): AppFunction => ({
  name: "work",
  metadata: { functionId: "1", name: "work", bindings: [], scriptFile: "", directory: "" },
  trigger: { type, name: "it", direction: "in" },
  http: undefined,
  isDisabled: false,
  isTriggerStarted: true,
  errors: [],
});

function call(more: Partial<ConstructorParameters<typeof InvocationSpan>[1]> = {}, result = SUCCESS) {
  const spans: Span[] = [];
  const tracer = createTracer(
    (_, parent) => parent?.isSampled ?? true,
    (span) => spans.push(span),
  );
  const span = new InvocationSpan(tracer, { fn: fn("timerTrigger"), invocationId: "i", isColdStart: false, ...more });
  span.end(result);
  return { span, spans };
}

test.each([
  ["queueTrigger", "consumer", "queueTrigger"],
  ["blobTrigger", "consumer", "blobTrigger"],
  ["timerTrigger", "internal", "timerTrigger"],
  ["httpTrigger", "internal", "http"],
])("a call by %s starts a trace, as %s", (type, kind, trigger) => {
  const { spans } = call({ fn: fn(type) });
  expect(spans).toMatchObject([
    { name: "work", kind, parentSpanId: null, attributes: { "faas.name": "work", "faas.trigger": trigger } },
  ]);
});

test("the first call of a worker is marked as a cold start", () => {
  expect(call({ isColdStart: true }).spans[0]?.attributes["faas.coldstart"]).toBe(true);
  expect(call().spans[0]?.attributes["faas.coldstart"]).toBeNull();
});

test.each([
  [{ status: "failure", exception: { message: "kaboom", stackTrace: null } }, "kaboom"],
  [{ status: "unavailable", reason: "The worker ended." }, "The worker ended."],
] as const)("%j is an error", (result, message) => {
  expect(call({}, result).spans[0]?.status).toEqual({ code: "error", message });
});

test("a call is a child of its caller's span, and the worker receives the call's span", () => {
  const { span, spans } = call({ ...(CALLER && { parentSpan: CALLER }) });
  expect(spans[0]).toMatchObject({ context: { traceId: TRACE }, parentSpanId: CALLER?.spanId });
  expect(span.traceContext).toEqual({
    traceParent: `00-${TRACE}-${spans[0]?.context.spanId}-01`,
    traceState: "vendor=a",
    attributes: { "faas.name": "work", "faas.trigger": "timerTrigger", "faas.invocation_id": "i" },
  });
});

test("if the caller has created the span itself, it is passed on, and none is added", () => {
  const { span, spans } = call({ ...(CALLER && { ownSpan: CALLER }) });
  expect(span.traceContext.traceParent).toBe(`00-${TRACE}-${CALLER?.spanId}-01`);
  expect(spans).toEqual([]);
});
