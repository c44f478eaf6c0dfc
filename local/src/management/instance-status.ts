import type { InstanceStatus } from "../engine/client.ts";
import type { OrchestrationStatusName } from "../engine/history/events.ts";
import { jsonOrText } from "../shared/json-or-text.ts";

/** Whether the instance has reached a final state. */
export function isTerminal(status: OrchestrationStatusName): boolean {
  return status === "Completed" || status === "Failed" || status === "Terminated" || status === "Canceled";
}

/**
 * An instance in the format of the HTTP API, with members in the extension's order.
 *
 * @see Azure/azure-functions-durable-extension, StatusResponsePayload.cs
 */
export function statusObject(status: InstanceStatus, historyEvents?: readonly unknown[]): Record<string, unknown> {
  return {
    name: status.name,
    instanceId: status.instanceId,
    runtimeStatus: status.runtimeStatus,
    input: toJsonValue(status.input),
    customStatus: toJsonValue(status.customStatus),
    output: toJsonValue(status.output),
    createdTime: toWholeSeconds(status.createdTime),
    lastUpdatedTime: toWholeSeconds(status.lastUpdatedTime),
    ...(historyEvents === undefined ? {} : { historyEvents }),
    ...(status.version === null ? {} : { version: status.version }),
  };
}

/** The value of JSON text; text that is not JSON is returned as a string, blank text as an empty one. */
export function toJsonValue(text: string | null): unknown {
  return text?.trim() === "" ? "" : jsonOrText(text);
}

function toWholeSeconds(time: string): string {
  return time.replace(/(\.\d+)?Z$/, "Z");
}
