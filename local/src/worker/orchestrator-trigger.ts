import type { TypedData } from "./messages.ts";

/** The value of an orchestrator's trigger before it is sent: of its history, a worker may have the beginning already. */
export type OrchestratorTrigger = {
  instanceId: string;
  /** Events are the same objects from call to call, for as long as the history only grows. */
  history: readonly unknown[];
  /** What else the trigger's value holds. */
  rest: Readonly<Record<string, unknown>>;
};

/** The whole value, as JSON. */
export function triggerJson({ history, rest }: OrchestratorTrigger): string {
  return JSON.stringify({ ...rest, history });
}

export function isOrchestratorTrigger(data: TypedData | OrchestratorTrigger | undefined): data is OrchestratorTrigger {
  return data !== undefined && "history" in data;
}
