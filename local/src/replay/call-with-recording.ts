import { EventType, type HistoryEvent } from "../engine/history/events.ts";
import { messageId } from "../engine/messages/entity-messages.ts";
import { orchestratorPayload } from "../engine/orchestrations/payload.ts";
import { replayActions } from "../engine/orchestrations/replay/action-replay.ts";
import type { Decision } from "../engine/orchestrations/replay/decision.ts";
import {
  type OrchestratorReply,
  parseActions,
  parseOrchestratorReply,
} from "../engine/orchestrations/replay/orchestrator-reply.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { isScheduling } from "./divergence.ts";
import { ReplayError } from "./errors.ts";
import type { Recording } from "./recording.ts";

export type ReplayDeps = {
  invoker: FunctionInvoker;
  settings: Pick<DurableTaskSettings, "defaultAsyncRequestSleepTimeMs" | "maxOrchestrationActions">;
};

export type Answered = Extract<OrchestratorReply, { kind: "answered" }>;

// The extension's default. It only affects when a call is made, not which call.
const HTTP_PAUSE_MS = 30_000;

/**
 * Calls the orchestrator once with everything that was recorded; each action of its reply contains its source location.
 *
 * @returns null if the recorded instance has not started.
 * @throws ReplayError `ERR_RECORDING` if no worker was available.
 */
export async function callWithRecording(
  recording: Recording,
  { invoker, settings }: ReplayDeps,
): Promise<{ events: HistoryEvent[]; reply: OrchestratorReply } | null> {
  const { instanceId, name } = recording;
  const events = eventsToReplay(recording);
  const started = events.find((it) => it.EventType === EventType.ExecutionStarted);
  if (started === undefined) return null;
  const payload = orchestratorPayload({ instanceId, executionId: "", started, events, span: null }, settings);
  const answer = await invoker.invokeOrchestrator({ name, instanceId, payload, tracesSources: true });
  if (answer.kind === "unavailable") {
    throw new ReplayError({ code: "ERR_RECORDING", message: `"${name}" could not be called: ${answer.reason}` });
  }
  return { events, reply: parseOrchestratorReply(answer) };
}

/** All decisions of the orchestration, from its start. @throws ReplayFailure if the orchestration would fail. */
export function decisionsIn(
  reply: Answered,
  { recording, events, maxActions }: { recording: Recording; events: readonly HistoryEvent[]; maxActions: number },
): Decision[] {
  const arrived = events.filter((it) => !isScheduling(it));
  const sent = recording.events.filter((it) => it.EventType === EventType.EventSent);
  const requestIds = new Map(sent.map((it) => [it.EventId, messageId(it.Input) ?? ""]));
  return replayActions(parseActions(reply), arrived, { maxActions, httpPauseMs: HTTP_PAUSE_MS, requestIds })
    .newDecisions;
}

/**
 * The recorded end is compared, not replayed. A suspended orchestration is resumed, because suspension would hold back
 * its actions.
 */
function eventsToReplay({ events }: Recording): HistoryEvent[] {
  const played = events
    .filter((it) => it.EventType !== EventType.ExecutionCompleted)
    .map((it) => ({ ...it, IsPlayed: true }));
  const isSuspended =
    played.filter((it) => it.EventType === EventType.ExecutionSuspended).length >
    played.filter((it) => it.EventType === EventType.ExecutionResumed).length;
  const last = played.at(-1);
  if (!isSuspended || last === undefined) return played;
  const { Timestamp } = last;
  return [...played, { EventType: EventType.ExecutionResumed, EventId: -1, IsPlayed: true, Timestamp, Reason: null }];
}
