// What the engine needs from its environment. `host/` implements these ports in the product, small fakes in tests, so
// the engine runs without a worker.

import type { SpanContext } from "../telemetry/index.ts";
import type { FailureDetails } from "./history/events.ts";

/** The value of the `orchestrationTrigger` binding in the format of the Node SDK. */
export type OrchestratorPayload = {
  history: readonly unknown[];
  input: unknown;
  instanceId: string;
  isReplaying: boolean;
  parentInstanceId: string | null;
  upperSchemaVersion: number;
  upperSchemaVersionNew: number;
  longRunningTimerIntervalDuration: string;
  maximumShortTimerDuration: string;
  /** Misspelled upstream; the SDK reads this name. */
  defaultHttpAsyncRequestSleepTimeMillseconds: number;
};

export type OrchestratorCall = {
  name: string;
  instanceId: string;
  payload: OrchestratorPayload;
  /** Each action of the reply has, as `source`, its location in the app's code, where known. */
  tracesSources?: boolean;
  /** Offset of `Date`, in milliseconds, while the code runs. */
  dateShiftMs?: number;
  /** The orchestration's span, which becomes the parent of what its code starts. */
  span?: SpanContext;
};

/** `input` is the JSON text of the single argument; `null` means the handler receives `undefined`. */
export type ActivityCall = { name: string; instanceId: string; input: string | null; span?: SpanContext };

/** A batch of operations for one entity; `trigger` is the value of its `entityTrigger` binding. */
export type EntityCall = { name: string; instanceId: string; trigger: EntityTrigger; span?: SpanContext };

export type EntityTrigger = {
  /** The name in lower case. */
  self: { name: string; key: string };
  exists: boolean;
  /** JSON text. */
  state: string | null;
  /** `input` is JSON text. */
  batch: readonly { name: string; input: string | null; isSignal: boolean }[];
};

/** How one call of user code ended. */
export type InvocationReply =
  /** It returned; `value` is the decoded return value, `undefined` for none. */
  | { kind: "returned"; value: unknown }
  /** It threw, could not be loaded, or timed out. */
  | { kind: "threw"; message: string; stack: string | null }
  /** The worker was not available or ended during the call: the call may be repeated. */
  | { kind: "unavailable"; reason: string };

/**
 * How a call of an orchestrator ended; the code may also have been found non-deterministic, as described in `message`.
 */
export type OrchestratorInvocationReply = InvocationReply | { kind: "non-deterministic"; message: string };

/** Durable functions that the app registered, by kind; names are case-insensitive. */
export type DurableFunctionKind = "orchestrator" | "activity" | "entity";
export type DurableFunction = { name: string; kind: DurableFunctionKind; isDisabled: boolean };

/**
 * Calls the app's Durable functions. Every outcome of user code, and a missing worker, is a reply rather than a
 * rejection.
 */
export interface FunctionInvoker {
  /** All currently registered functions; may change when the app is reloaded. */
  durableFunctions(): readonly DurableFunction[];
  invokeOrchestrator(call: OrchestratorCall): Promise<OrchestratorInvocationReply>;
  invokeActivity(call: ActivityCall): Promise<InvocationReply>;
  /** The value of its reply is the SDK's: new state, a result per operation, signals. */
  invokeEntity(call: EntityCall): Promise<InvocationReply>;
}

/** An activity's outcome as a value in history, never one of our errors. */
export type ActivityOutcome =
  | { kind: "completed"; result: string | null }
  | { kind: "failed"; reason: string; details: string | null; failureDetails: FailureDetails | null };
