import { type EventRaisedEvent, EventType } from "../history/events.ts";
import type { OrchestratorInvocationReply } from "../ports.ts";
import type { EpisodeDeps, EpisodeResult } from "./episode-types.ts";
import { type ReplayOutcome, replayActions } from "./replay/action-replay.ts";
import { EntityStamps } from "./replay/entity-stamps.ts";
import type { Execution, Scheduled } from "./replay/execution.ts";
import {
  completedEnd,
  crashedEnd,
  failedEnd,
  type OrchestrationEnd,
  replayFailureEnd,
} from "./replay/orchestration-end.ts";
import {
  type Ending,
  type OrchestratorReply,
  parseActions,
  parseOrchestratorReply,
} from "./replay/orchestrator-reply.ts";
import { ReplayFailure } from "./replay/replay-failure.ts";
import { scheduleDecision } from "./replay/schedule-decision.ts";
import { releaseHeldLocks } from "./replay/schedule-entity-message.ts";

/** `warning`: as in the episode's result. */
export type Postponement = { kind: "postponed" } & Omit<Extract<EpisodeResult, { kind: "abandoned" }>, "kind">;

/** The outcome of one call of the orchestrator. */
export type Verdict =
  /** No outcome yet; the batch is redelivered later. */
  | Postponement
  | {
      kind: "decided";
      scheduled: Scheduled[];
      /** Null while the execution continues. */
      end:
        | OrchestrationEnd
        | {
            kind: "continued-as-new";
            input: unknown;
            carriedEvents: EventRaisedEvent[];
            /** UTC text: the time of the event that caused it. */
            causedAt: string | null;
          }
        | null;
      /** The id for the execution's last event. */
      nextId: number;
      customStatus: string | null;
    };

// Like the extension, refuses more than 16 KB of UTF-16, because the status is stored in a table column.
const CUSTOM_STATUS_LIMIT_KB = 16;

/** Interprets the orchestrator's reply against the execution's events, including new ones. */
export function judgeReply(
  invocation: Exclude<OrchestratorInvocationReply, { kind: "unavailable" }>,
  execution: Execution,
  deps: EpisodeDeps,
): Verdict {
  const { Name: name } = execution.started;
  try {
    const reply = parseOrchestratorReply(invocation);
    if (reply.kind === "crashed") return endedEarly(execution, crashedEnd(name, reply.message, reply.stack), deps);
    return judgeActions(reply, execution, deps);
  } catch (error) {
    if (error instanceof ReplayFailure) return endedEarly(execution, replayFailureEnd(name, error), deps);
    throw error;
  }
}

/** An end determined without interpreting actions. Termination takes precedence over every failure. */
export function endedEarly(
  execution: Execution,
  end: OrchestrationEnd,
  { clock }: Pick<EpisodeDeps, "clock">,
): Verdict {
  const { events } = execution;
  const nextId = events.reduce((highest, it) => Math.max(highest, it.EventId), -1) + 1;
  const scheduled = releaseHeldLocks(events, nextId, execution, clock);
  return {
    kind: "decided",
    scheduled,
    end: terminationOf(execution) ?? end,
    nextId: nextId + scheduled.length,
    customStatus: null,
  };
}

/** Set if the execution was terminated. */
export function terminationOf({ events }: Execution): OrchestrationEnd | null {
  const event = events.find((it) => it.EventType === EventType.ExecutionTerminated);
  return event === undefined ? null : { kind: "terminated", reason: event.Input };
}

function judgeActions(
  reply: Extract<OrchestratorReply, { kind: "answered" }>,
  execution: Execution,
  deps: EpisodeDeps,
): Verdict {
  const actions = parseActions(reply);
  const customStatus = customStatusText(reply.customStatus);
  const replay = replayActions(actions, execution.events, {
    maxActions: deps.settings.maxOrchestrationActions,
    httpPauseMs: deps.settings.defaultAsyncRequestSleepTimeMs,
  });
  const { clock, settings, invoker } = deps;
  const { events } = execution;
  const decided = { kind: "decided" as const, customStatus };
  // If the instance is ended from outside, nothing would wait for the actions of this episode.
  if (replay.terminated !== null) {
    const scheduled = releaseHeldLocks(events, replay.nextId, execution, clock);
    const end = { kind: "terminated" as const, ...replay.terminated };
    return { ...decided, scheduled, nextId: replay.nextId + scheduled.length, end };
  }
  const scheduling = { clock, settings, stamps: new EntityStamps(events), functions: invoker.durableFunctions() };
  const scheduled = replay.newDecisions.map((it) => scheduleDecision(it, execution, scheduling));
  const last = actions.at(-1);
  const newInput = last?.kind === "continue-as-new" ? { input: last.input } : null;
  const end = endOf(reply.ending, replay, newInput, execution.started.Name);
  if (end === null) return { ...decided, scheduled, nextId: replay.nextId, end };
  const all = [...events, ...scheduled.map((it) => it.event)];
  const released = releaseHeldLocks(all, replay.nextId, execution, clock);
  return { ...decided, scheduled: [...scheduled, ...released], nextId: replay.nextId + released.length, end };
}

/** @throws ReplayFailure if the status is too large. */
function customStatusText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(value);
  const sizeKb = Math.floor((text.length * 2) / 1024);
  if (sizeKb <= CUSTOM_STATUS_LIMIT_KB) return text;
  throw new ReplayFailure(
    `The UTF-16 size of the JSON-serialized payload must not exceed ${CUSTOM_STATUS_LIMIT_KB} KB. ` +
      `The current payload size is ${sizeKb} KB.`,
  );
}

/** A finished instance still waits for what it started and did not cancel. */
function endOf(
  ending: Ending,
  { isSuspended, isIdle, continueAsNew }: ReplayOutcome,
  newInput: { input: unknown } | null,
  name: string,
): Extract<Verdict, { kind: "decided" }>["end"] {
  if (isSuspended || !isIdle) return null;
  switch (ending.kind) {
    case "waiting":
      return null;
    case "threw":
      return failedEnd(name, ending.error, ending.failureDetails);
    case "returned":
      if (newInput === null) return completedEnd(ending.output);
      return {
        kind: "continued-as-new",
        ...newInput,
        carriedEvents: continueAsNew?.carriedEvents ?? [],
        causedAt: continueAsNew?.causedAt ?? null,
      };
  }
}
