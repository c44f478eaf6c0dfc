// The host's copies of the SDK's tasks. Both sides number what they schedule independently, so a copy must settle at
// exactly the same event as its original, and take ids in the same order: durable-functions 3.5, lib/src/task. For that
// reason, everything here is synchronous.

import type { FailureDetails } from "../../history/events.ts";
import type {
  ActivityAction,
  EntityCallAction,
  EntityLockAction,
  SubOrchestrationAction,
  TimerAction,
} from "./action.ts";
import { nextDelayMs, type RetryPolicy } from "./retry-policy.ts";

/** The history data of a failed activity or sub-orchestration. */
export type TaskFailure = { Reason: string | null; Details: string | null; FailureDetails: FailureDetails | null };

/** What a leaf schedules once it has an id. */
export type LeafRequest =
  | { kind: "activity"; action: ActivityAction; knownFailure: TaskFailure | null }
  | { kind: "sub-orchestration"; action: SubOrchestrationAction; knownFailure: TaskFailure | null }
  | { kind: "timer"; fireAt: string; isCanceled: boolean }
  | { kind: "entity-call"; action: EntityCallAction }
  | { kind: "entity-lock"; action: EntityLockAction }
  | { kind: "external-event"; name: string };

/** What a task needs from the replay that it runs in. */
export interface TaskEnvironment {
  /** The orchestrator's clock: the latest OrchestratorStarted, in whole milliseconds as the SDK sees it. */
  clockMs(): number;
  /** Assigns ids to the leaves of `task` that have none. */
  track(task: ReplayTask): void;
  /** Assigns an id to a leaf that is scheduled later. */
  reserve(leaf: LeafTask): void;
  /** Schedules a leaf that has its id. */
  release(leaf: LeafTask): void;
}

export abstract class ReplayTask {
  state: "running" | "completed" | "failed" = "running";
  failure: TaskFailure | null = null;
  parent: CompoundTask | null = null;

  /** May be called again for a settled task: in the SDK, too, a second event for one wait does so. */
  settle(state: "completed" | "failed", failure: TaskFailure | null = null): void {
    this.state = state;
    this.failure = failure;
    this.parent?.childSettled(this);
  }
}

/** A task without children: its result arrives with one event, which refers to its id. */
export class LeafTask extends ReplayTask {
  id: number | null = null;
  /** JSON text of its result, if its event contains it. */
  result: string | null = null;

  constructor(readonly request: LeafRequest) {
    super();
  }
}

export abstract class CompoundTask extends ReplayTask {
  constructor(readonly children: ReplayTask[]) {
    super();
    this.adopt(children);
  }

  /** A task notifies only the compound that was built around it last. */
  adopt(children: readonly ReplayTask[]): void {
    for (const child of children) child.parent = this;
  }

  abstract childSettled(child: ReplayTask): void;
}

/** Settles at the first failure, otherwise with the last child; siblings of a failed child continue. */
export class WhenAllTask extends CompoundTask {
  /** Number of leading children known to have completed, which does not change any more. */
  #checked = 0;

  override childSettled(child: ReplayTask): void {
    if (child.state === "failed") {
      if (this.state !== "failed") this.settle("failed", child.failure);
    } else if (this.#haveAllCompleted()) {
      this.settle("completed");
    }
  }

  #haveAllCompleted(): boolean {
    while (this.children[this.#checked]?.state === "completed") this.#checked++;
    return this.#checked === this.children.length;
  }
}

/** A failed child settles it as well: the app inspects the winner. */
export class WhenAnyTask extends CompoundTask {
  override childSettled(): void {
    if (this.state === "running") this.settle("completed");
  }
}

/**
 * A timer longer than storage can delay: a chain of shorter timers, each of which takes an id when the previous one
 * fires.
 */
export class LongTimerTask extends CompoundTask {
  readonly #action: TimerAction;
  readonly #environment: TaskEnvironment;

  constructor(action: TimerAction, environment: TaskEnvironment) {
    super([new LeafTask(nextSegment(action, environment.clockMs()))]);
    this.#action = action;
    this.#environment = environment;
  }

  override childSettled(): void {
    if (Date.parse(this.#action.fireAt) > this.#environment.clockMs()) {
      const segment = new LeafTask(nextSegment(this.#action, this.#environment.clockMs()));
      this.children.push(segment);
      this.adopt([segment]);
      this.#environment.track(segment);
    } else {
      this.settle("completed");
    }
  }
}

type RetriedRequest = Extract<LeafRequest, { knownFailure: unknown }>;

/**
 * Attempts and the waits between them. The SDK counts a timer after every failed attempt, including the last, before it
 * reports the error, so that last timer is created too, due immediately.
 *
 * The SDK does not know the two rules that end retrying early, the time limit and errors marked as final: it keeps
 * waiting for attempts. These are played without calling the function, each failing like the last real attempt.
 */
export class RetryTask extends CompoundTask {
  readonly #request: RetriedRequest;
  readonly #policy: RetryPolicy;
  readonly #environment: TaskEnvironment;
  readonly #startedAtMs: number;
  #failedAttempts = 0;
  #isWaiting = false;
  #hasGivenUp = false;
  #lastFailure: TaskFailure | null = null;

  constructor(request: RetriedRequest, policy: RetryPolicy, environment: TaskEnvironment) {
    super([new LeafTask(request)]);
    this.#request = request;
    this.#policy = policy;
    this.#environment = environment;
    this.#startedAtMs = environment.clockMs();
  }

  override childSettled(child: ReplayTask): void {
    if (this.#isWaiting) {
      this.#isWaiting = false;
      if (this.#failedAttempts >= this.#policy.maxAttempts) this.settle("failed", this.#lastFailure);
      else this.#add({ ...this.#request, knownFailure: this.#hasGivenUp ? this.#lastFailure : null });
    } else if (child.state === "completed") {
      this.settle("completed");
    } else {
      this.#failedAttempts++;
      this.#lastFailure = child.failure;
      this.#isWaiting = true;
      this.#hasGivenUp ||= this.#isFinal(child.failure) || this.#isOutOfTime();
      this.#add({ kind: "timer", fireAt: this.#nextAttemptAt(), isCanceled: false });
    }
  }

  #nextAttemptAt(): string {
    const isLast = this.#failedAttempts >= this.#policy.maxAttempts;
    const delayMs = isLast || this.#hasGivenUp ? 0 : nextDelayMs(this.#policy, this.#failedAttempts);
    return new Date(this.#environment.clockMs() + delayMs).toISOString();
  }

  #isFinal(failure: TaskFailure | null): boolean {
    return failure?.FailureDetails?.IsNonRetriable === true;
  }

  #isOutOfTime(): boolean {
    return this.#environment.clockMs() >= this.#startedAtMs + this.#policy.timeoutMs;
  }

  #add(request: LeafRequest): void {
    const leaf = new LeafTask(request);
    this.children.push(leaf);
    this.adopt([leaf]);
    this.#environment.track(leaf);
  }
}

/** The longest timer that fits one message; the SDK gets the same value in the payload. */
export const LONGEST_SHORT_TIMER_MS = 6 * 24 * 60 * 60 * 1000;
/** How long each message of a longer timer waits. */
export const LONG_TIMER_SEGMENT_MS = 3 * 24 * 60 * 60 * 1000;

function nextSegment(action: TimerAction, clockMs: number): LeafRequest {
  const isLong = Date.parse(action.fireAt) - clockMs > LONGEST_SHORT_TIMER_MS;
  const fireAt = isLong ? new Date(clockMs + LONG_TIMER_SEGMENT_MS).toISOString() : action.fireAt;
  return { kind: "timer", fireAt, isCanceled: action.isCanceled };
}
