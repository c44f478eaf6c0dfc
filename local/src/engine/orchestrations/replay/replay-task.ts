// The host's copies of the SDK's tasks. Both sides number what they schedule on their own, so a copy must settle at the very
// event at which its original does, and take ids in the same order: durable-functions 3.5, lib/src/task. Everything here is
// synchronous for that reason.

import type { FailureDetails } from "../../history/events.ts";
import type {
  ActivityAction,
  EntityCallAction,
  EntityLockAction,
  SubOrchestrationAction,
  TimerAction,
} from "./action.ts";
import { nextDelayMs, type RetryPolicy } from "./retry-policy.ts";

/** What a failed activity or sub-orchestration left in history. */
export type TaskFailure = { Reason: string | null; Details: string | null; FailureDetails: FailureDetails | null };

/** What a leaf asks for once it has an id. */
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
  /** Gives ids to the leaves of `task` that have none. */
  track(task: ReplayTask): void;
  /** Gives an id to a leaf that is scheduled later. */
  reserve(leaf: LeafTask): void;
  /** Schedules a leaf that has its id. */
  release(leaf: LeafTask): void;
}

export abstract class ReplayTask {
  state: "running" | "completed" | "failed" = "running";
  failure: TaskFailure | null = null;
  parent: CompoundTask | null = null;

  /** May be called again for a task that already settled: a second event for one wait does that in the SDK too. */
  settle(state: "completed" | "failed", failure: TaskFailure | null = null): void {
    this.state = state;
    this.failure = failure;
    this.parent?.childSettled(this);
  }
}

export class LeafTask extends ReplayTask {
  id: number | null = null;
  /** JSON text of what it completed with, where its event says. */
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

  /** A task tells only the compound that was built around it last. */
  adopt(children: readonly ReplayTask[]): void {
    for (const child of children) child.parent = this;
  }

  abstract childSettled(child: ReplayTask): void;
}

/** Settles at the first failure, otherwise with the last child; siblings of a failed child continue. */
export class WhenAllTask extends CompoundTask {
  /** All before it have completed, which does not change any more. */
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

/** A failed child settles it just as well: the app looks at the winner. */
export class WhenAnyTask extends CompoundTask {
  override childSettled(): void {
    if (this.state === "running") this.settle("completed");
  }
}

/** A timer beyond what storage can delay: a chain of shorter ones, each taking an id when the one before fires. */
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
 * Attempts and the waits between them. The SDK counts a timer after every failed attempt, the last included, before it reports
 * the error; so that last timer is created too, due at once.
 *
 * The SDK does not know the two rules that end retrying early, the time limit and errors marked as final: it keeps waiting
 * for attempts. They are played out without calling the function, each failing as the last real one did.
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
