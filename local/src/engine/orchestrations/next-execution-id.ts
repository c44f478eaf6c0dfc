import { createHash } from "node:crypto";
import type { ExecutionStartedEvent } from "../history/events.ts";

/**
 * The execution id after continue-as-new, identical however often its first episode runs. A GUID without dashes, as in
 * the extension.
 */
export function nextExecutionId({
  OrchestrationInstance: { InstanceId, ExecutionId },
}: Pick<ExecutionStartedEvent, "OrchestrationInstance">): string {
  const name = JSON.stringify([InstanceId, ExecutionId, "continued as new"]);
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
