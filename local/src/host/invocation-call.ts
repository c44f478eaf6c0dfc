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
  /** Its caller's span, which the function's is made below. */
  parentSpan?: SpanContext;
  /** A span that the caller keeps for this call; null: it is in no trace. Absent: the function gets one. */
  ownSpan?: SpanContext | null;
  /** For a call that follows a failed one. */
  retryContext?: RetryContext;
  /** For a Durable function: the orchestration that it belongs to. */
  instanceId?: string;
  /** For an orchestrator: its actions say where in the app's code they were asked for. */
  tracesSources?: boolean;
  /** For an orchestrator: `Date` is off by so much while it runs. */
  dateShiftMs?: number;
};
