import { setTimeout as delay } from "node:timers/promises";
import { TestingError } from "./errors.ts";

// A follow-up starts within one turn of the event loop unless something is running.
const QUIET_TURNS = 4;
const EAGER_TURNS = 200;
const PAUSE_MS = 1;

type QuietDeps = {
  /** Nothing is running: no message is being processed, and no function or storage call is in progress. */
  isIdle(): boolean;
  /** Names of the running calls, for the error. */
  running(): readonly string[];
  timeoutMs: number;
};

/** Detects when everything has happened that needs no time to pass. */
export class Quiet {
  readonly #deps: QuietDeps;

  constructor(deps: QuietDeps) {
    this.#deps = deps;
  }

  /** @throws TestingError `ERR_TEST_TIMEOUT` if functions run longer than the limit. */
  async settled(): Promise<void> {
    const { isIdle, timeoutMs } = this.#deps;
    const endsAt = performance.now() + timeoutMs;
    for (let turns = 0, quiet = 0; quiet < QUIET_TURNS; turns += 1) {
      await (turns < EAGER_TURNS || quiet > 0 ? new Promise((resolve) => setImmediate(resolve)) : delay(PAUSE_MS));
      quiet = isIdle() ? quiet + 1 : 0;
      if (performance.now() > endsAt) throw this.#timeout();
    }
  }

  #timeout(): TestingError {
    const running = this.#deps.running();
    const what = running.length === 0 ? "Messages are still being processed." : `Still running: ${running.join(", ")}.`;
    return new TestingError({
      code: "ERR_TEST_TIMEOUT",
      message:
        `The app did not become idle within ${this.#deps.timeoutMs / 1000} s of real time. ${what} ` +
        "Mock functions that wait for something outside the app, or set `timeoutMs` of startLocalApp.",
    });
  }
}
