import { systemWaiting, type Waiting } from "@same-kit/shared";

/**
 * Time for a rehearsal: every wait is `factor` times shorter but counts in full, so that limits of minutes are reached within
 * seconds. Real work in between, such as starting a host, counts as long as it takes.
 */
export function acceleratedWaits(factor: number, real: Waiting = systemWaiting): Waiting {
  let savedMs = 0;
  return {
    now: () => real.now() + savedMs,
    async sleep(ms, signal) {
      await real.sleep(ms / factor, signal);
      savedMs += ms - ms / factor;
    },
  };
}
