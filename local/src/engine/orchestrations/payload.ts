import { jsonOrText } from "../../shared/json-or-text.ts";
import type { OrchestratorPayload } from "../ports.ts";
import type { EpisodeSettings } from "./episode-types.ts";
import type { Execution } from "./replay/execution.ts";
import { LONG_TIMER_SEGMENT_MS, LONGEST_SHORT_TIMER_MS } from "./replay/long-timer-task.ts";

// V4, which adds critical sections.
const SCHEMA_VERSION = 3;
// The older field cannot express more than V2.
const LEGACY_SCHEMA_VERSION = 1;

/**
 * The value of the `orchestrationTrigger` binding: the whole history, and what the SDK needs to model timers itself.
 *
 * @see Azure/azure-functions-durable-extension, Bindings/OrchestrationTriggerAttributeBindingProvider.cs
 */
export function orchestratorPayload(
  { instanceId, started, events }: Execution,
  { defaultAsyncRequestSleepTimeMs }: Pick<EpisodeSettings, "defaultAsyncRequestSleepTimeMs">,
): OrchestratorPayload {
  return {
    history: events,
    input: parsedInput(started.Input),
    instanceId,
    isReplaying: started.IsPlayed,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: LEGACY_SCHEMA_VERSION,
    upperSchemaVersionNew: SCHEMA_VERSION,
    longRunningTimerIntervalDuration: toTimeSpan(LONG_TIMER_SEGMENT_MS),
    maximumShortTimerDuration: toTimeSpan(LONGEST_SHORT_TIMER_MS),
    defaultHttpAsyncRequestSleepTimeMillseconds: defaultAsyncRequestSleepTimeMs,
  };
}

/** Inputs are JSON, but a client that accesses storage directly may have written anything. */
const parsedInput = (text: string | null): unknown => (text?.trim() === "" ? null : jsonOrText(text));

/** Whole days in .NET's TimeSpan format. */
function toTimeSpan(ms: number): string {
  return `${ms / (24 * 60 * 60 * 1000)}.00:00:00`;
}
