import { EventType, type ExecutionCompletedEvent, OrchestrationStatus } from "../engine/history/events.ts";
import { statusName } from "../engine/history/row-codec.ts";
import type { Ending, OrchestratorReply } from "../engine/orchestrations/replay/orchestrator-reply.ts";
import type { Divergence } from "../testing-api.ts";
import { divergence } from "./divergence.ts";
import type { Recording } from "./recording.ts";
import { lastSource } from "./sources.ts";

/** Describes the state of today's code after all events have been replayed. */
export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case "waiting":
      return "waits without requesting anything more";
    case "returned":
      return "has already returned";
    case "threw":
      return `has already thrown: ${ending.error.split("\n", 1)[0]}`;
  }
}

/**
 * Checks whether the code ends as recorded, given that everything scheduled is the same.
 *
 * @param added - What the code schedules that was not recorded.
 */
export function findDivergentEnd(
  recording: Recording,
  { actions, ending }: Extract<OrchestratorReply, { kind: "answered" }>,
  added: { text: string; source: string | null } | null,
): Divergence | null {
  const end = recording.events.find((it) => it.EventType === EventType.ExecutionCompleted) ?? null;
  // It was terminated from outside, whatever the code had scheduled at that time.
  if (end?.OrchestrationStatus === OrchestrationStatus.Terminated) return null;
  if (added !== null) {
    const recorded = end === null ? "nothing more" : `its end, ${statusName(end.OrchestrationStatus)}`;
    return divergence(recording, end, { recorded, actual: added.text, source: added.source });
  }
  if (isSameEnd(end, ending)) return null;
  const recorded = end === null ? "no end yet" : `its end, ${statusName(end.OrchestrationStatus)}`;
  return divergence(recording, end, { recorded, actual: describeEnding(ending), source: lastSource(actions) });
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
