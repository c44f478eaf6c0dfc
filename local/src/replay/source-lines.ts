import type { HistoryEvent } from "../engine/history/events.ts";
import { toSchedulingEvent } from "../engine/orchestrations/replay/decision.ts";
import { ReplayFailure } from "../engine/orchestrations/replay/replay-failure.ts";
import { callWithRecording, decisionsIn, type ReplayDeps } from "./call-with-recording.ts";
import { isScheduling } from "./divergence.ts";
import type { Recording } from "./recording.ts";
import { findSource } from "./sources.ts";

/**
 * Where the app's code scheduled what was recorded, `src/functions/order.js:12:34`, by the event that scheduled it.
 * Code that has changed since the recording yields fewer lines, or none.
 *
 * @throws ReplayError `ERR_RECORDING` if no worker was available.
 */
export async function sourceLines(recording: Recording, deps: ReplayDeps): Promise<Map<HistoryEvent, string>> {
  const lines = new Map<HistoryEvent, string>();
  const answered = await callWithRecording(recording, deps);
  if (answered === null || answered.reply.kind !== "answered") return lines;
  const { events, reply } = answered;
  try {
    const decisions = decisionsIn(reply, { recording, events, maxActions: deps.settings.maxOrchestrationActions });
    const byId = new Map(decisions.map((it) => [it.id, it]));
    for (const event of recording.events.filter(isScheduling)) {
      const decision = byId.get(toSchedulingEvent(event).id);
      const source = decision === undefined ? null : findSource(reply.actions, decision);
      if (source !== null) lines.set(event, source);
    }
  } catch (error) {
    if (!(error instanceof ReplayFailure)) throw error;
  }
  return lines;
}
