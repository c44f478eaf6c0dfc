import { EventType, type HistoryEvent } from "../engine/history/events.ts";
import { unknownFunctionText } from "../engine/known-functions.ts";
import {
  assertSameDecision,
  type Decision,
  type SchedulingEvent,
  toSchedulingEvent,
} from "../engine/orchestrations/replay/decision.ts";
import { ReplayFailure } from "../engine/orchestrations/replay/replay-failure.ts";
import type { Divergence, ReplayReport } from "../testing-api.ts";
import { type Answered, callWithRecording, decisionsIn, type ReplayDeps } from "./call-with-recording.ts";
import { atStart, describeDecision, describeScheduled, divergence, isScheduling } from "./divergence.ts";
import { describeEnding, findDivergentEnd } from "./divergent-end.ts";
import type { Recording } from "./recording.ts";
import { findSource, lastSource } from "./sources.ts";

/**
 * Calls the orchestrator once with everything that was recorded, and compares its actions with the recorded ones, by
 * number.
 */
export async function replayRecording(recording: Recording, deps: ReplayDeps): Promise<ReplayReport> {
  const { instanceId, name } = recording;
  return { instanceId, name, divergence: await findDivergence(recording, deps) };
}

async function findDivergence(recording: Recording, { invoker, settings }: ReplayDeps): Promise<Divergence | null> {
  const { name } = recording;
  const functions = invoker.durableFunctions();
  const isKnown = functions.some((it) => it.kind === "orchestrator" && it.name.toLowerCase() === name.toLowerCase());
  if (!isKnown) {
    return atStart(recording, `does not have it: ${unknownFunctionText(name, "orchestrator", functions)}`);
  }
  const answered = await callWithRecording(recording, { invoker, settings });
  if (answered === null) return null;
  const { events, reply } = answered;
  if (reply.kind === "crashed") return beforeCrash(recording, reply.message, { invoker, settings });
  return compare(recording, events, reply, settings.maxOrchestrationActions);
}

/**
 * The library itself may fail on events that today's code did not schedule; it then reports no actions. The recording
 * up to the last wake-up at which it does not fail shows where the code diverged.
 */
async function beforeCrash(recording: Recording, message: string, deps: ReplayDeps): Promise<Divergence | null> {
  const { events } = recording;
  const wakeUps = events.flatMap((it, index) => (it.EventType === EventType.OrchestratorStarted ? [index] : []));
  const upTo = (wakeUp: number): Recording => ({ ...recording, events: events.slice(0, wakeUps[wakeUp]) });
  // Binary search: numbers of wake-ups known to succeed and to fail.
  let [fine, failing] = [0, wakeUps.length];
  while (failing - fine > 1) {
    const middle = Math.floor((fine + failing) / 2);
    const answered = await callWithRecording(upTo(middle), deps);
    if (answered?.reply.kind === "crashed") failing = middle;
    else fine = middle;
  }
  const answered = fine === 0 ? null : await callWithRecording(upTo(fine), deps);
  if (answered === null || answered.reply.kind === "crashed") return atStart(recording, `fails: ${message}`);
  const earlier = compare(upTo(fine), answered.events, answered.reply, deps.settings.maxOrchestrationActions);
  if (earlier !== null) return earlier;
  const arrived = events.slice((wakeUps[fine] ?? 0) + 1);
  const actual = `fails: ${message}`;
  return divergence(recording, arrived[0] ?? null, { recorded: "that it continues", actual, source: null });
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
  let decisions: Decision[];
  try {
    decisions = decisionsIn(reply, { recording, events, maxActions });
  } catch (error) {
    if (error instanceof ReplayFailure) return atStart(recording, `fails: ${error.message}`);
    throw error;
  }
  const byId = new Map(decisions.map((it) => [it.id, it]));
  for (const { event, scheduled } of recorded) {
    const decision = byId.get(scheduled.id);
    byId.delete(scheduled.id);
    if (isSame(scheduled, decision)) continue;
    const actual = decision === undefined ? describeEnding(reply.ending) : describeDecision(decision);
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
