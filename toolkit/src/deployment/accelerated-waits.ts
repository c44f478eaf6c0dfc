import { setTimeout as delay } from "node:timers/promises";
import type { Waiting } from "../adapters/poll-until.ts";

/** Real time; a sleep ends early, by throwing, when its signal aborts. */
export const realWaiting: Waiting = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/**
 * Time for a rehearsal: every wait is `factor` times shorter, yet counts in full, so that limits of minutes are reached within
 * seconds. What is really done meanwhile, such as starting a host, counts as long as it takes.
 */
export function acceleratedWaits(factor: number, real: Waiting = realWaiting): Waiting {
  let savedMs = 0;
  return {
    now: () => real.now() + savedMs,
    async sleep(ms, signal) {
      await real.sleep(ms / factor, signal);
      savedMs += ms - ms / factor;
    },
  };
}
