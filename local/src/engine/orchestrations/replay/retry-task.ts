import {
  CompoundTask,
  type LeafRequest,
  LeafTask,
  type ReplayTask,
  type TaskEnvironment,
  type TaskFailure,
} from "./replay-task.ts";
import { nextDelayMs, type RetryPolicy } from "./retry-policy.ts";

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
