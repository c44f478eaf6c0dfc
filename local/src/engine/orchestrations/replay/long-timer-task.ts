import type { TimerAction } from "./action.ts";
import { CompoundTask, type LeafRequest, LeafTask, type TaskEnvironment } from "./replay-task.ts";

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

/** The longest timer that fits one message; the SDK gets the same value in the payload. */
export const LONGEST_SHORT_TIMER_MS = 6 * 24 * 60 * 60 * 1000;

/** How long each message of a longer timer waits. */
export const LONG_TIMER_SEGMENT_MS = 3 * 24 * 60 * 60 * 1000;

function nextSegment(action: TimerAction, clockMs: number): LeafRequest {
  const isLong = Date.parse(action.fireAt) - clockMs > LONGEST_SHORT_TIMER_MS;
  const fireAt = isLong ? new Date(clockMs + LONG_TIMER_SEGMENT_MS).toISOString() : action.fireAt;
  return { kind: "timer", fireAt, isCanceled: action.isCanceled };
}
