// The input and outcome of an activity as text in history. The texts are those of the Durable Functions extension for
// out-of-process languages (Azure/azure-functions-durable-extension, Listener/TaskActivityShim.cs and
// OutOfProcExceptionHelpers.cs), because apps match on them.

import { knownFunctionsText } from "../known-functions.ts";
import type { ActivityOutcome, DurableFunction, InvocationReply } from "../ports.ts";
import { serializedException } from "../serialized-exception.ts";
import { parseFailureDetails } from "./structured-failure.ts";

/**
 * The argument that an activity's handler receives.
 *
 * @param scheduledInput - `TaskScheduled.Input`: a JSON array with the one argument. The Node SDK encodes a string
 *   twice, so the app's `Tokyo` is `["\"Tokyo\""]`; other clients write `["Tokyo"]`. Both reach the handler as `Tokyo`.
 * @returns JSON text of that argument; null if the handler must receive `undefined`.
 */
export function activityInputForWorker(scheduledInput: string | null): string | null {
  if (scheduledInput === null) return null;
  const args: unknown = JSON.parse(scheduledInput);
  if (!Array.isArray(args) || args.length > 1) {
    throw new TypeError(`An activity accepts one argument in a JSON array, not ${scheduledInput.slice(0, 100)}`);
  }
  const [argument]: unknown[] = args;
  if (argument === null || argument === undefined) return null;
  return typeof argument === "string" ? jsonTextOf(argument) : JSON.stringify(argument);
}

/** The text itself if it is already JSON, as in the worker's own lenient parsing. */
function jsonTextOf(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/**
 * An activity call's outcome as recorded in history. An error whose message is the SDK's structured form becomes only
 * `failureDetails`; any other error becomes reason and details.
 */
export function activityOutcome(
  name: string,
  reply: Exclude<InvocationReply, { kind: "unavailable" }>,
): ActivityOutcome {
  if (reply.kind === "returned") return { kind: "completed", result: toResultText(reply.value) };
  const failureDetails = parseFailureDetails(reply.message);
  if (failureDetails !== null) {
    const reason = `Activity function '${name}' failed with an unhandled exception.`;
    return { kind: "failed", reason, details: null, failureDetails };
  }
  // The extension cuts the message out after "Exception:" and keeps the space, hence the two spaces.
  const message = ` ${reply.message}`;
  return {
    kind: "failed",
    reason: `Activity function '${name}' failed: ${message}`,
    details: serializedException(message, reply.message, reply.stack),
    failureDetails: null,
  };
}

/** The failure of an activity that must not or cannot be called now; null if it can be called. */
export function unrunnableActivityOutcome(name: string, functions: readonly DurableFunction[]): ActivityOutcome | null {
  const found = functions.find((it) => it.kind === "activity" && it.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined && !found.isDisabled) return null;
  const why =
    found === undefined
      ? `Activity function '${name}' does not exist. ${knownFunctionsText("activity", functions)}`
      : `Activity function '${name}' is disabled.`;
  // Details must be text: the SDK cannot construct an error from null.
  return { kind: "failed", reason: `Activity function '${name}' failed: ${why}`, details: "", failureDetails: null };
}

function toResultText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  return JSON.stringify(value) ?? null;
}
