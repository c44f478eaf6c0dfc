import type { SpanContext } from "../telemetry/index.ts";
import type { RetryContext, TypedData } from "../worker/messages.ts";
import type { OrchestratorTrigger } from "../worker/orchestrator-trigger.ts";
import type { AppFunction } from "./functions/app-function.ts";

/** One call of one function. */
export type InvocationCall = {
  fn: AppFunction;
  /** Default: a new random id. */
  invocationId?: string;
  /** The trigger's value; absent: the handler receives `undefined`. */
  triggerData?: TypedData | OrchestratorTrigger;
  triggerMetadata?: Record<string, TypedData>;
  /** An incoming W3C `traceparent` to continue. */
  traceParent?: string;
  /** The caller's span, which becomes the parent of the function's span. */
  parentSpan?: SpanContext;
  /**
   * A span that the caller maintains for this call; null: the call is in no trace. Absent: the function gets a new one.
   */
  ownSpan?: SpanContext | null;
  /** Set for a retry of a failed call. */
  retryContext?: RetryContext;
  /** For a Durable function: the orchestration that it belongs to. */
  instanceId?: string;
  /** For an orchestrator: its actions record where in the app's code they were scheduled. */
  tracesSources?: boolean;
  /** For an orchestrator: offset of `Date` while it runs, in milliseconds. */
  dateShiftMs?: number;
};
