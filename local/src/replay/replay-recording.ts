import { EventType, type HistoryEvent } from "../engine/history/events.ts";
import { unknownFunctionText } from "../engine/known-functions.ts";
import { messageId } from "../engine/messages/entity-messages.ts";
import { orchestratorPayload } from "../engine/orchestrations/payload.ts";
import { replayActions } from "../engine/orchestrations/replay/action-replay.ts";
import {
  assertSameDecision,
  type Decision,
  type SchedulingEvent,
  toSchedulingEvent,
} from "../engine/orchestrations/replay/decision.ts";
import {
  type OrchestratorReply,
  parseActions,
  parseOrchestratorReply,
} from "../engine/orchestrations/replay/orchestrator-reply.ts";
import { ReplayFailure } from "../engine/orchestrations/replay/replay-failure.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import type { Divergence, ReplayReport } from "../testing-api.ts";
import { atStart, describeDecision, describeScheduled, divergence, isScheduling } from "./divergence.ts";
import { findDivergentEnd, whatNow } from "./divergent-end.ts";
import { ReplayError } from "./errors.ts";
import type { Recording } from "./recording.ts";
import { findSource, lastSource } from "./sources.ts";

export type ReplayDeps = {
  invoker: FunctionInvoker;
  settings: Pick<DurableTaskSettings, "defaultAsyncRequestSleepTimeMs" | "maxOrchestrationActions">;
};

type Answered = Extract<OrchestratorReply, { kind: "answered" }>;

// The extension's default; only when a call is made depends on it, not which.
const HTTP_PAUSE_MS = 30_000;

/** Calls the orchestrator once with all that was recorded, and compares what it asks for with what was recorded, number by number. */
export async function replayRecording(recording: Recording, deps: ReplayDeps): Promise<ReplayReport> {
  const { instanceId, name } = recording;
  return { instanceId, name, divergence: await findDivergence(recording, deps) };
}

async function findDivergence(recording: Recording, { invoker, settings }: ReplayDeps): Promise<Divergence | null> {
  const { instanceId, name } = recording;
  const functions = invoker.durableFunctions();
  const isKnown = functions.some((it) => it.kind === "orchestrator" && it.name.toLowerCase() === name.toLowerCase());
  if (!isKnown) return atStart(recording, unknownFunctionText(name, "orchestrator", functions));
  const events = eventsToReplay(recording);
  const started = events.find((it) => it.EventType === EventType.ExecutionStarted);
  if (started === undefined) return null;
  const payload = orchestratorPayload({ instanceId, executionId: "", started, events }, settings);
  const answer = await invoker.invokeOrchestrator({ name, instanceId, payload, tracesSources: true });
  if (answer.kind === "unavailable") {
    throw new ReplayError({ code: "ERR_RECORDING", message: `"${name}" could not be called: ${answer.reason}` });
  }
  const reply = parseOrchestratorReply(answer);
  if (reply.kind === "crashed") return atStart(recording, `the orchestrator fails: ${reply.message}`);
  return compare(recording, events, reply, settings.maxOrchestrationActions);
}

/** How it ended is compared, not replayed; a suspended one is resumed, as it would hold back what the code asks for. */
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

function compare(
  recording: Recording,
  events: readonly HistoryEvent[],
  reply: Answered,
  maxActions: number,
): Divergence | null {
  const recorded = recording.events.flatMap((event) =>
    isScheduling(event) ? [{ event, scheduled: toSchedulingEvent(event) }] : [],
  );
  recorded.sort((a, b) => a.scheduled.id - b.scheduled.id);
  const arrived = events.filter((it) => !isScheduling(it));
  const sent = recording.events.filter((it) => it.EventType === EventType.EventSent);
  const requestIds = new Map(sent.map((it) => [it.EventId, messageId(it.Input) ?? ""]));
  const limits = { maxActions, httpPauseMs: HTTP_PAUSE_MS, requestIds };
  let decisions: Decision[];
  try {
    decisions = replayActions(parseActions(reply), arrived, limits).newDecisions;
  } catch (error) {
    if (error instanceof ReplayFailure) return atStart(recording, `the orchestration fails: ${error.message}`);
    throw error;
  }
  const byId = new Map(decisions.map((it) => [it.id, it]));
  for (const { event, scheduled } of recorded) {
    const decision = byId.get(scheduled.id);
    byId.delete(scheduled.id);
    if (isSame(scheduled, decision)) continue;
    const actual = decision === undefined ? whatNow(reply.ending) : describeDecision(decision);
    const source = decision === undefined ? lastSource(reply.actions) : findSource(reply.actions, decision);
    return divergence(recording, event, { recorded: describeScheduled(scheduled), actual, source });
  }
  const [added] = byId.values();
  return findDivergentEnd(
    recording,
    reply,
    added === undefined ? null : { text: describeDecision(added), source: findSource(reply.actions, added) },
  );
}

function isSame(scheduled: SchedulingEvent, decision: Decision | undefined): boolean {
  try {
    assertSameDecision(scheduled, decision);
    return true;
  } catch (error) {
    if (error instanceof ReplayFailure) return false;
    throw error;
  }
}
