// Replays the orchestrator's action list against its history to find the new actions. The SDK has just done the same
// with user code and numbered its tasks by the same rules, so every step must happen at the same event as in the SDK:
// durable-functions 3.5, lib/src/orchestrations/TaskOrchestrationExecutor.js. Where the .NET extension's own replay
// (OutOfProcOrchestrationShim.cs) differs, apps break on Azure; here they work.

import { type EventRaisedEvent, EventType, type HistoryEvent } from "../../history/events.ts";
import { failureIn, messageId } from "../../messages/entity-messages.ts";
import type { Action, EntityLockAction } from "./action.ts";
import { ActionTasks } from "./action-tasks.ts";
import { assertSameDecision, type Decision, type SchedulingEvent, toSchedulingEvent } from "./decision.ts";
import { ExternalEvents } from "./external-events.ts";
import { firstToSchedule } from "./first-to-schedule.ts";
import { causeTime, endsSuspension, recordedById } from "./recorded.ts";
import { ReplayFailure } from "./replay-failure.ts";
import { CompoundTask, LeafTask, type ReplayTask, type TaskEnvironment, type TaskFailure } from "./replay-task.ts";

export type ReplayOutcome = {
  /** In order of their ids. */
  newDecisions: Decision[];
  /** The id of the next action. */
  nextId: number;
  isSuspended: boolean;
  /** Whether the instance need not wait for anything: canceled timers and external events do not count. */
  isIdle: boolean;
  terminated: { reason: string | null } | null;
  /**
   * Set if continue-as-new was reached in the list: the next generation's input, and the events that arrived after the
   * call.
   */
  continueAsNew: { carriedEvents: EventRaisedEvent[]; causedAt: string } | null;
};

type ReplayLimits = {
  maxActions: number;
  /** Pause between two polls of an accepted HTTP call if the response names none. */
  httpPauseMs: number;
  /** Ids of requests to entities by action, for when the events do not contain what was sent. */
  requestIds?: ReadonlyMap<number, string>;
};

/** `Omit` for each member of a union. */
type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** @throws ReplayFailure if the orchestration must fail. */
export function replayActions(
  actions: readonly Action[],
  events: readonly HistoryEvent[],
  limits: ReplayLimits,
): ReplayOutcome {
  const replay = new ActionReplay(actions, events, limits);
  for (const event of events) replay.play(event);
  return replay.outcome();
}

class ActionReplay implements TaskEnvironment {
  readonly #actions: readonly Action[];
  readonly #limits: ReplayLimits;
  /** What each id stands for, according to the history. */
  readonly #recorded: ReadonlyMap<number, SchedulingEvent>;
  readonly #decisions = new Map<number, Decision>();
  readonly #openLeaves = new Map<number, LeafTask>();
  readonly #tasks: ActionTasks;
  readonly #externalEvents = new ExternalEvents();
  /** Leaves that an entity answers, by request id, which the history contains. */
  readonly #requests = new Map<string, number>();
  /** The critical section that the code is in, or waits for. */
  #section: { action: EntityLockAction; id: number; requestId: string | null } | null = null;
  readonly #heldWhileSuspended: HistoryEvent[] = [];
  #position = 0;
  #current: ReplayTask | null = null;
  #nextId = 0;
  #clockMs = 0;
  /** Wake-ups since the clock was last read; few orchestrators read it. */
  #wakeUps: string[] = [];
  #causedAt = "";
  #isSuspended = false;
  #terminated: ReplayOutcome["terminated"] = null;
  #continueAsNew: ReplayOutcome["continueAsNew"] = null;

  constructor(actions: readonly Action[], events: readonly HistoryEvent[], limits: ReplayLimits) {
    this.#actions = actions;
    this.#limits = limits;
    this.#tasks = new ActionTasks(this, limits.httpPauseMs);
    this.#recorded = recordedById(events);
  }

  play(event: HistoryEvent): void {
    if (this.#terminated !== null) return;
    if (this.#isSuspended && event.EventType === EventType.ExecutionSuspended) return;
    // Held events keep their order, also relative to the clock, so that ids match those of the SDK, which does not know
    // about suspension.
    if (this.#isSuspended && !endsSuspension(event)) this.#heldWhileSuspended.push(event);
    else this.#apply(event);
  }

  outcome(): ReplayOutcome {
    const newDecisions = this.#isSuspended ? [] : [...this.#decisions.values()].sort((a, b) => a.id - b.id);
    return {
      newDecisions,
      nextId: this.#nextId,
      isSuspended: this.#isSuspended,
      isIdle: [...this.#openLeaves.values()].every(isCanceledTimer),
      terminated: this.#terminated,
      continueAsNew: this.#continueAsNew,
    };
  }

  clockMs(): number {
    for (const time of this.#wakeUps.splice(0)) this.#clockMs = Math.max(this.#clockMs, Date.parse(time));
    return this.#clockMs;
  }

  track(task: ReplayTask): void {
    if (task instanceof CompoundTask) {
      for (const child of task.children) this.track(child);
    } else if (task instanceof LeafTask) {
      if (task.request.kind === "external-event") this.#externalEvents.await(task, task.request.name);
      else if (task.id === null) this.#schedule(task);
    }
  }

  reserve(leaf: LeafTask): void {
    leaf.id = this.#takeId();
    this.#openLeaves.set(leaf.id, leaf);
  }

  release({ id, request }: LeafTask): void {
    if (id !== null && request.kind !== "external-event") this.#decideAs(id, request);
  }

  #apply(event: HistoryEvent): void {
    this.#causedAt = causeTime(event);
    switch (event.EventType) {
      case EventType.OrchestratorStarted:
        this.#wakeUps.push(event.Timestamp);
        return;
      case EventType.ExecutionStarted:
        this.#advance();
        return;
      case EventType.TaskScheduled:
      case EventType.SubOrchestrationInstanceCreated:
      case EventType.TimerCreated:
      case EventType.EventSent:
        this.#confirm(event);
        return;
      case EventType.TaskCompleted:
      case EventType.SubOrchestrationInstanceCompleted:
        this.#finish(event.TaskScheduledId, null, event.Result);
        return;
      case EventType.TimerFired:
        this.#finish(event.TimerId, null);
        return;
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceFailed:
        this.#finish(event.TaskScheduledId, event);
        return;
      case EventType.EventRaised:
        this.#raise(event);
        return;
      case EventType.ExecutionTerminated:
        this.#terminated = { reason: event.Input };
        return;
      case EventType.ExecutionSuspended:
        this.#isSuspended = true;
        return;
      case EventType.ExecutionResumed:
        this.#resume();
        return;
      case EventType.ExecutionCompleted:
      case EventType.OrchestratorCompleted:
      case EventType.GenericEvent:
        return;
    }
  }

  /** Starts one action after another until one must be waited for. */
  #advance(): void {
    while (this.#current === null || this.#current.state !== "running") {
      const action = this.#actions[this.#position];
      if (action === undefined || this.#continueAsNew !== null || !this.#isDueNow(action)) return;
      this.#position++;
      this.#start(action);
    }
  }

  #start(action: Action): void {
    switch (action.kind) {
      case "continue-as-new":
        this.#continueAsNew = { carriedEvents: [], causedAt: this.#causedAt };
        return;
      case "entity-signal":
        this.#decide({ kind: action.kind, action });
        return;
      case "entity-release":
        this.#release();
        return;
    }
    const task = this.#tasks.taskOf(action);
    this.#current = task;
    this.track(task);
  }

  /**
   * The list does not show that the app waits for a task a second time, but the history does: if it assigned the next
   * id to something else, the app had not reached `action` yet.
   */
  #isDueNow(action: Action): boolean {
    const recorded = this.#recorded.get(this.#nextId);
    const first = firstToSchedule(action, {
      isStarted: (it) => this.#tasks.has(it),
      lock: this.#section?.action ?? null,
    });
    if (recorded === undefined || first === null) return true;
    if (recorded.decisionKind !== first.kind) return false;
    return first.name === null || recorded.name?.toLowerCase() === first.name.toLowerCase();
  }

  #schedule(leaf: LeafTask): void {
    const { request } = leaf;
    if (request.kind === "external-event") return;
    const id = this.#decide(request);
    leaf.id = id;
    this.#openLeaves.set(id, leaf);
    if (request.kind === "entity-lock") this.#section = { action: request.action, id, requestId: null };
    this.#learnRequest(id, this.#limits.requestIds?.get(id) ?? null);
  }

  /** Releases each entity of the critical section; no one waits for that. */
  #release(): void {
    const section = this.#section;
    this.#section = null;
    if (section === null) return;
    const { action, id: lockActionId, requestId } = section;
    for (const entity of action.lockSet) this.#decide({ kind: "entity-release", entity, lockActionId, requestId });
  }

  /** @returns The id that it takes. */
  #decide(request: DistributiveOmit<Decision, "id" | "causedAt">): number {
    const id = this.#takeId();
    this.#decideAs(id, request);
    return id;
  }

  #decideAs(id: number, request: DistributiveOmit<Decision, "id" | "causedAt">): void {
    this.#decisions.set(id, { id, causedAt: this.#causedAt, ...request });
  }

  #takeId(): number {
    if (this.#nextId >= this.#limits.maxActions) {
      throw new ReplayFailure(
        `The orchestration has started ${this.#nextId} actions, which is the limit (maxOrchestrationActions in host.json).`,
      );
    }
    return this.#nextId++;
  }

  #confirm(event: Parameters<typeof toSchedulingEvent>[0]): void {
    assertSameDecision(toSchedulingEvent(event), this.#decisions.get(event.EventId));
    this.#decisions.delete(event.EventId);
    if (event.EventType === EventType.EventSent) this.#learnRequest(event.EventId, messageId(event.Input));
  }

  /** Records the id that the entity's answer will be named after. */
  #learnRequest(id: number, requestId: string | null): void {
    if (requestId === null || !this.#openLeaves.has(id)) return;
    this.#requests.set(requestId, id);
    if (this.#section?.id === id) this.#section.requestId = requestId;
  }

  /** An id that is not open belongs to a duplicate. */
  #finish(id: number, failure: TaskFailure | null, result: string | null = null): void {
    const leaf = this.#openLeaves.get(id);
    if (leaf === undefined) return;
    this.#openLeaves.delete(id);
    leaf.result = result;
    leaf.settle(failure === null ? "completed" : "failed", failure);
    this.#advance();
  }

  #raise(event: EventRaisedEvent): void {
    const asked = this.#requests.get(event.Name);
    if (asked !== undefined) {
      this.#requests.delete(event.Name);
      const reason = failureIn(event.Input);
      this.#finish(asked, reason === null ? null : { Reason: reason, Details: null, FailureDetails: null });
      return;
    }
    if (this.#continueAsNew !== null) {
      this.#continueAsNew.carriedEvents.push(event);
      return;
    }
    if (this.#externalEvents.raise(event.Name)) this.#advance();
  }

  #resume(): void {
    this.#isSuspended = false;
    const held = this.#heldWhileSuspended.splice(0);
    for (const event of held) this.play(event);
  }
}

function isCanceledTimer(leaf: LeafTask): boolean {
  return leaf.request.kind === "timer" && leaf.request.isCanceled;
}
