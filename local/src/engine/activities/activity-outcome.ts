// What goes into an activity and what comes out of it, as text in history. The texts are those of the Durable Functions
// extension for out-of-process languages (Azure/azure-functions-durable-extension, Listener/TaskActivityShim.cs and
// OutOfProcExceptionHelpers.cs), because apps match on them.

import type { ActivityOutcome, DurableFunction, InvocationReply } from "../ports.ts";
import { knownFunctionsText } from "./known-functions.ts";
import { parseFailureDetails } from "./structured-failure.ts";

/**
 * The argument an activity's handler receives.
 *
 * @param scheduledInput - `TaskScheduled.Input`: a JSON array holding the one argument, such as `["Tokyo"]`.
 * @returns JSON text of that argument, as it was written; null where the handler must see `undefined`.
 */
export function activityInputForWorker(scheduledInput: string | null): string | null {
  if (scheduledInput === null) return null;
  const args: unknown = JSON.parse(scheduledInput);
  if (!Array.isArray(args) || args.length > 1) {
    throw new TypeError(`An activity takes one argument in a JSON array, not ${scheduledInput.slice(0, 100)}`);
  }
  if (args[0] === null || args.length === 0) return null;
  const text = scheduledInput.trim();
  return text.slice(1, -1).trim();
}

/**
 * How an activity's call shows in history. An error whose message is the SDK's structured form becomes `failureDetails` and
 * nothing else; any other error becomes reason and details.
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
  // The extension cuts the message out after "Exception:", keeping the blank: hence two blanks before it.
  const message = ` ${reply.message}`;
  return {
    kind: "failed",
    reason: `Activity function '${name}' failed: ${message}`,
    details: JSON.stringify(serializedException(message, reply.message, reply.stack)),
    failureDetails: null,
  };
}

/** The failure of an activity that must not or cannot be called now; null for one that can. */
export function unrunnableActivityOutcome(name: string, functions: readonly DurableFunction[]): ActivityOutcome | null {
  const found = functions.find((it) => it.kind === "activity" && it.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined && !found.isDisabled) return null;
  const why =
    found === undefined
      ? `Activity function '${name}' does not exist. ${knownFunctionsText("activity", functions)}`
      : `Activity function '${name}' is disabled.`;
  // Details must be text: the SDK cannot build an error from null.
  return { kind: "failed", reason: `Activity function '${name}' failed: ${why}`, details: "", failureDetails: null };
}

function toResultText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  return JSON.stringify(value) ?? null;
}

/** A .NET exception as Newtonsoft writes it; apps parse this and read `Message`. */
function serializedException(message: string, userMessage: string, stack: string | null): Record<string, unknown> {
  const rpcMessage = `Result: Failure\nException: ${userMessage}\nStack: ${stack ?? ""}`;
  const rpcType = "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException";
  const inner = exceptionMembers(`${rpcType}, Microsoft.Azure.WebJobs.Script`, rpcType, rpcMessage, null);
  return exceptionMembers("System.Exception, System.Private.CoreLib", "System.Exception", message, inner);
}

function exceptionMembers(type: string, className: string, message: string, inner: Record<string, unknown> | null) {
  return {
    $type: type,
    ClassName: className,
    Message: message,
    Data: null,
    InnerException: inner,
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: -2146233088, // COR_E_EXCEPTION
    Source: null,
    WatsonBuckets: null,
  };
}
