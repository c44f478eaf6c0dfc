/** More than this apart, the machine has slept or its clock was set. */
const MAX_DRIFT_MS = 5;

/**
 * A clock that is finer than `Date` and goes by it: the one that counts from the start of the process stands still while the machine sleeps.
 *
 * @param wall - In whole ms since 1970.
 * @param monotonic - In ms with fractions, from any moment on.
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

/** The time now in ms since 1970, with fractions. */
export const preciseNow: () => number = createPreciseClock(Date.now, () => performance.now());
