import type { AppClock, Duration } from "../testing-api.ts";
import { toMilliseconds } from "./duration.ts";
import { TestingError } from "./errors.ts";
import type { Quiet } from "./quiet.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A message waiting in the hub. */
export type WaitingMessage = { visibleAtMs: number; dequeueCount: number };

type VirtualAppClockDeps = {
  clock: VirtualClock;
  quiet: Quiet;
  /** All messages waiting in the hub's queues. */
  messages(): readonly WaitingMessage[];
  hasEnded(instanceId: string): Promise<boolean>;
  /** @throws TestingError if the caller is a mock, which everything else would have to wait for. */
  throwInsideMock(): void;
  /** Describes what is unfinished, for the error. */
  unfinished(): Promise<string>;
};

// A month of hourly timers is 720; an endless orchestration has no last timer.
const MAX_JUMPS = 2_000;
// Everything that is retried is retried within this time.
const MAX_RETRY_DELAY_MS = 60_000;

/** Moves a virtual clock from one due time to the next, and lets everything due happen before time advances further. */
export class VirtualAppClock implements AppClock {
  readonly #deps: VirtualAppClockDeps;
  #turn: Promise<void> = Promise.resolve();

  constructor(deps: VirtualAppClockDeps) {
    this.#deps = deps;
  }

  now(): Date {
    return this.#deps.clock.now();
  }

  async settle(): Promise<void> {
    this.#deps.throwInsideMock();
    await this.#deps.quiet.settled();
  }

  advance(duration: Duration): Promise<void> {
    return this.#inTurn(() => this.#advance(toMilliseconds(duration)));
  }

  skipTimers(instanceId?: string): Promise<void> {
    return this.#inTurn(() => this.#skipTimers(instanceId));
  }

  /** Advances by the time after which failed operations are retried. @returns false if there are none. */
  async passRetries(): Promise<boolean> {
    const { clock, messages } = this.#deps;
    const now = clock.now().getTime();
    const retried = messages().filter((it) => it.dequeueCount > 0 && it.visibleAtMs - now <= MAX_RETRY_DELAY_MS);
    if (retried.length === 0) return false;
    await this.#inTurn(async () => this.#passTo(Math.max(now + 1, ...retried.map((it) => it.visibleAtMs))));
    return true;
  }

  /** Runs one operation at a time: two tests in one file may move the clock concurrently. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#deps.throwInsideMock();
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    await result;
  }

  async #advance(ms: number): Promise<void> {
    await this.#deps.quiet.settled();
    await this.#passTo(this.now().getTime() + ms);
  }

  async #passTo(endsAt: number): Promise<void> {
    const { clock, quiet } = this.#deps;
    for (;;) {
      await quiet.settled();
      const next = this.#nextDueMs();
      clock.moveTo(Math.min(next ?? endsAt, endsAt));
      if (next === null || next > endsAt) break;
    }
    await quiet.settled();
  }

  async #skipTimers(instanceId?: string): Promise<void> {
    const { clock, quiet, messages, hasEnded, unfinished } = this.#deps;
    for (let jumps = 0; jumps < MAX_JUMPS; jumps += 1) {
      await quiet.settled();
      if (instanceId !== undefined && (await hasEnded(instanceId))) return;
      if (messages().length === 0) return;
      const next = this.#nextDueMs();
      if (next === null) return;
      clock.moveTo(next);
    }
    throw new TestingError({
      code: "ERR_TEST_ENDLESS",
      message:
        `After ${MAX_JUMPS} timers there are still more: ${await unfinished()} Use clock.advance() for orchestrations that never end, or ` +
        "clock.skipTimers(instanceId) for one instance.",
    });
  }

  /**
   * A message without a waiter is renewed by its holder or found by polling, so maintenance must not be skipped while
   * there is one.
   */
  #nextDueMs(): number | null {
    const { clock, messages } = this.#deps;
    const next = clock.nextDueMs();
    const isUpkeep = messages().some(({ visibleAtMs }) => next === null || visibleAtMs < next);
    return isUpkeep ? clock.nextDueMs({ withRoutine: true }) : next;
  }
}

/** The machine's clock, which advances by itself. */
export class RealAppClock implements AppClock {
  now(): Date {
    return new Date();
  }

  async advance(): Promise<void> {
    throw realClock("advance");
  }

  async skipTimers(): Promise<void> {
    throw realClock("skipTimers");
  }

  async settle(): Promise<void> {
    throw realClock("settle");
  }
}

function realClock(method: string): TestingError {
  return new TestingError({
    code: "ERR_TEST_CLOCK_REAL",
    message: `clock.${method}() needs a virtual clock; this app runs on the machine's, by its \`clock\` or \`storage\` option.`,
  });
}
