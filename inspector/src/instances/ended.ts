import type { InstanceSummary } from "../../../local/src/inspector/api.ts";

const ENDED: readonly string[] = ["Completed", "Failed", "Terminated", "Canceled"];

export function hasEnded({ status }: Pick<InstanceSummary, "status">): boolean {
  return ENDED.includes(status);
}
