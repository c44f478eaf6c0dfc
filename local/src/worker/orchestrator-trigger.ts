import type { TypedData } from "./messages.ts";

/** The value of an orchestrator's trigger before it is sent. A worker may already have the start of its history. */
export type OrchestratorTrigger = {
  instanceId: string;
  /** Events are the same objects from call to call, as long as the history only grows. */
  history: readonly unknown[];
  /** The other members of the trigger's value. */
  rest: Readonly<Record<string, unknown>>;
};

/** The complete value as JSON. */
export function triggerJson({ history, rest }: OrchestratorTrigger): string {
  return JSON.stringify({ ...rest, history });
}

export function isOrchestratorTrigger(data: TypedData | OrchestratorTrigger | undefined): data is OrchestratorTrigger {
  return data !== undefined && "history" in data;
}
