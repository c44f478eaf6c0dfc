import { isRecord } from "@same-kit/shared";

// A Durable orchestrator replies with the list of all its actions. A task that the app waits for again inside a later
// `Task.any` appears in that list again, as the same object; in JSON it looks like a second task, and hosts then number
// the tasks differently from the SDK (Azure/azure-functions-durable-js, issue 574). Only here, before the list becomes
// JSON, can the two be distinguished: an object that occurs more than once gets a number.

const ENVELOPE_MARKER = "\n\n$OutOfProcData$:";

/** Adds `taskTag` to repeated actions of an orchestrator's reply; leaves everything else unchanged. */
export function tagDurableResult(result: unknown): void {
  if (isRecord(result) && "schemaVersion" in result) tagRepeated(result["actions"]);
}

/**
 * The same for an orchestrator that threw: its reply is already JSON in the error's message, so it is rewritten from
 * the SDK's own list. Does nothing if the SDK stores that list elsewhere.
 */
export function tagDurableError(error: unknown, context: unknown): void {
  const actions = executorActions(context);
  if (actions === undefined || !(error instanceof Error)) return;
  const at = error.message.lastIndexOf(ENVELOPE_MARKER);
  if (at < 0 || !tagRepeated(actions)) return;
  const start = at + ENVELOPE_MARKER.length;
  const envelope: object = JSON.parse(error.message.slice(start));
  error.message = error.message.slice(0, start) + JSON.stringify({ ...envelope, actions: [actions] });
}

function executorActions(context: unknown): unknown[] | undefined {
  const df = isRecord(context) ? context["df"] : undefined;
  const executor = isRecord(df) ? df["taskOrchestratorExecutor"] : undefined;
  const actions = isRecord(executor) ? executor["actions"] : undefined;
  return Array.isArray(actions) ? actions : undefined;
}

/** @returns Whether anything was tagged. */
function tagRepeated(actions: unknown): boolean {
  const seen = new Set<object>();
  let nextTag = 0;
  const visit = (action: unknown): void => {
    if (Array.isArray(action)) {
      for (const it of action) visit(it);
    } else if (isRecord(action)) {
      if (seen.has(action)) action["taskTag"] ??= nextTag++;
      else visit(action["compoundActions"]);
      seen.add(action);
    }
  };
  visit(actions);
  return nextTag > 0;
}
