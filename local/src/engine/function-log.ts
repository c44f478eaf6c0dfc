// Log lines about the progress of each function, in the wording of the Durable extension: tools and tests look for
// them.
// Source: Azure/azure-functions-durable-extension, EndToEndTraceHelper.cs.

import type { Logger } from "@same-kit/shared";
import type { DurableTaskSettings } from "./settings.ts";

/** The category of these lines in host.json's `logging.logLevel`. */
export const FUNCTION_LOG_CATEGORY = "Host.Triggers.DurableTask";

export type FunctionLogSettings = Pick<DurableTaskSettings, "hubName" | "traceInputsAndOutputs" | "traceReplayEvents">;

type FunctionType = "Orchestrator" | "Activity";

/** One function of one instance. */
export type LoggedFunction = { instanceId: string; name: string; type: FunctionType };

/**
 * Writes the lines. All are Information here, including failures, which the extension logs as errors: at the error
 * level, the host's line about the call and the engine's own line already report them.
 */
export class FunctionLog {
  readonly #log: Logger;
  readonly #settings: FunctionLogSettings;

  constructor(log: Logger, settings: FunctionLogSettings) {
    this.#log = log.child(FUNCTION_LOG_CATEGORY);
    this.#settings = settings;
  }

  /** @param reason - Who scheduled it: an orchestrator's name, or `NewInstance`. */
  scheduled(it: LoggedFunction, reason: string, { isReplay = false, targetInstanceId = "" } = {}): void {
    const target = targetInstanceId === "" ? "" : ` TargetInstanceId: ${targetInstanceId}.`;
    const state = "State: Scheduled. RuntimeStatus: Pending.";
    this.#write(it, `scheduled. Reason: ${reason}. ${replay(isReplay)} ${state}`, target, isReplay);
  }

  started(it: LoggedFunction, input: string | null, { isReplay = false, taskEventId = -1 } = {}): void {
    const state = "State: Started. RuntimeStatus: Running.";
    const text = `started. ${replay(isReplay)} Input: ${this.#payload(input)}. ${state}`;
    this.#write(it, text, ` TaskEventId: ${taskEventId}`, isReplay);
  }

  awaited(it: LoggedFunction): void {
    this.#write(it, `awaited. ${replay(false)} State: Awaited.`);
  }

  completed(it: LoggedFunction, output: string | null, { continuedAsNew = false, taskEventId = -1 } = {}): void {
    const state = "State: Completed. RuntimeStatus: Completed.";
    const how = `ContinuedAsNew: ${continuedAsNew ? "True" : "False"}. ${replay(false)}`;
    this.#write(it, `completed. ${how} Output: ${this.#payload(output)}. ${state}`, ` TaskEventId: ${taskEventId}`);
  }

  failed(it: LoggedFunction, reason: string | null, { taskEventId = -1 } = {}): void {
    const state = "State: Failed. RuntimeStatus: Failed.";
    const text = `failed with an error. Reason: ${this.#payload(reason)}. ${replay(false)} ${state}`;
    this.#write(it, text, ` TaskEventId: ${taskEventId}`);
  }

  terminated(it: LoggedFunction, reason: string | null): void {
    const state = "State: Terminated. RuntimeStatus: Terminated.";
    this.#write(it, `was terminated. Reason: ${this.#payload(reason)}. ${state}`);
  }

  suspended({ instanceId, name, type }: LoggedFunction, reason: string | null): void {
    const state = `State: Suspended. RuntimeStatus: Suspended. HubName: ${this.#settings.hubName}.`;
    const text = `Suspending function '${name} (${type})'. Reason: ${this.#payload(reason)}. ${state}`;
    this.#log.info(`${instanceId}: ${text}`, { instanceId, functionName: name });
  }

  resumed({ instanceId, name, type }: LoggedFunction, reason: string | null): void {
    const state = `State: Scheduled. RuntimeStatus: Running. HubName: ${this.#settings.hubName}.`;
    const text = `Resuming function '${name} (${type})'. Reason: ${this.#payload(reason)}. ${state}`;
    this.#log.info(`${instanceId}: ${text}`, { instanceId, functionName: name });
  }

  eventReceived(it: LoggedFunction, eventName: string, input: string | null, { isReplay = false } = {}): void {
    // The extension never shows an event's payload; here it is useful for debugging.
    const payload = this.#settings.traceInputsAndOutputs ? ` Input: ${this.#payload(input)}.` : "";
    this.#write(it, `received a '${eventName}' event.${payload} State: ExternalEventRaised.`, "", isReplay);
  }

  timerExpired(it: LoggedFunction, fireAt: string, { isReplay = false } = {}): void {
    const state = "State: TimerExpired.";
    this.#write(it, `was resumed by a timer scheduled for '${fireAt}'. ${replay(isReplay)} ${state}`, "", isReplay);
  }

  /** A `callHttp` whose first response was 202 polls again. The query is not logged, because it may contain keys. */
  polling({ instanceId, name }: LoggedFunction, location: string): void {
    const { origin, pathname } = new URL(location);
    const text = `Polling HTTP status at location: ${origin}${pathname}`;
    this.#log.info(text, { instanceId, functionName: name });
  }

  #write({ instanceId, name, type }: LoggedFunction, text: string, more = "", isReplay = false): void {
    if (isReplay && !this.#settings.traceReplayEvents) return;
    const line = `${instanceId}: Function '${name} (${type})' ${text} HubName: ${this.#settings.hubName}.${more}`;
    this.#log.info(line, { instanceId, functionName: name });
  }

  #payload(text: string | null): string {
    return this.#settings.traceInputsAndOutputs ? (text ?? "") : `(Redacted ${(text ?? "").length} characters)`;
  }
}

const replay = (isReplay: boolean): string => `IsReplay: ${isReplay ? "True" : "False"}.`;
