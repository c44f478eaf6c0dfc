/** If the clocks differ by more than this, the machine has slept or its clock was set. */
const MAX_DRIFT_MS = 5;

/**
 * A clock with a higher resolution than `Date` that still follows it: the monotonic clock stands still while the
 * machine sleeps.
 *
 * @param wall - In whole milliseconds since the epoch.
 * @param monotonic - In milliseconds with fractions, from an arbitrary origin.
 */
export function createPreciseClock(wall: () => number, monotonic: () => number): () => number {
  let offsetMs = wall() - monotonic();
  return () => {
    const ms = offsetMs + monotonic();
    const drift = wall() - ms;
    if (Math.abs(drift) <= MAX_DRIFT_MS) return ms;
    offsetMs += drift;
    return ms + drift;
  };
}

/** The current time in milliseconds since the epoch, with fractions. */
export const preciseNow: () => number = createPreciseClock(Date.now, () => performance.now());
