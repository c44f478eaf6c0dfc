import { EventType, type ExecutionCompletedEvent, OrchestrationStatus } from "../engine/history/events.ts";
import { statusName } from "../engine/history/row-codec.ts";
import type { Ending, OrchestratorReply } from "../engine/orchestrations/replay/orchestrator-reply.ts";
import type { Divergence } from "../testing-api.ts";
import { divergence } from "./divergence.ts";
import type { Recording } from "./recording.ts";
import { lastSource } from "./sources.ts";

/** Where today's code stands when all events are played. */
export function whatNow(ending: Ending): string {
  switch (ending.kind) {
    case "waiting":
      return "waits, and has asked for nothing more";
    case "returned":
      return "has returned by then";
    case "threw":
      return `has thrown by then: ${ending.error.split("\n", 1)[0]}`;
  }
}

/**
 * Whether the code ends as it was recorded, once all that was scheduled is the same.
 *
 * @param added - What the code asks for that was not recorded.
 */
export function findDivergentEnd(
  recording: Recording,
  { actions, ending }: Extract<OrchestratorReply, { kind: "answered" }>,
  added: { text: string; source: string | null } | null,
): Divergence | null {
  const end = recording.events.find((it) => it.EventType === EventType.ExecutionCompleted) ?? null;
  // Somebody ended it from outside, whatever the code had asked for at that moment.
  if (end?.OrchestrationStatus === OrchestrationStatus.Terminated) return null;
  if (added !== null) {
    const recorded = end === null ? "nothing more" : `its end, ${statusName(end.OrchestrationStatus)}`;
    return divergence(recording, end, { recorded, actual: added.text, source: added.source });
  }
  if (isSameEnd(end, ending)) return null;
  const recorded = end === null ? "no end yet" : `its end, ${statusName(end.OrchestrationStatus)}`;
  return divergence(recording, end, { recorded, actual: whatNow(ending), source: lastSource(actions) });
}

function isSameEnd(end: ExecutionCompletedEvent | null, ending: Ending): boolean {
  switch (end?.OrchestrationStatus) {
    case undefined:
      return ending.kind === "waiting";
    case OrchestrationStatus.Completed:
      return ending.kind === "returned";
    case OrchestrationStatus.Failed:
      return ending.kind === "threw";
    default:
      return true;
  }
}
