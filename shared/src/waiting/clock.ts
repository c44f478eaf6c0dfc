import { setTimeout as delay } from "node:timers/promises";

/** Time as the engine sees it; tests pass a fake. */
export interface Clock {
  now(): Date;
  /**
   * UTC now as .NET writes it: ISO 8601 with seven fractional digits (100 ns) and `Z`. Successive calls on one clock are
   * strictly increasing, because entity sort stamps and replay times must never tie.
   */
  nowTicks(): string;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal, options?: SleepOptions): Promise<void>;
}

export type SleepOptions = {
  /** Upkeep that recurs whatever happens: a clock that is moved by hand may pass it over. */
  isRoutine?: boolean;
};

const TICKS_PER_MS = 10_000n;

export function createSystemClock(): Clock {
  let lastTicks = 0n;
  return {
    now: () => new Date(),
    nowTicks() {
      const ticks = BigInt(Date.now()) * TICKS_PER_MS;
      lastTicks = ticks > lastTicks ? ticks : lastTicks + 1n;
      return formatTicks(lastTicks);
    },
    async sleep(ms, signal) {
      try {
        await delay(ms, undefined, signal === undefined ? {} : { signal });
      } catch {
        // Aborted: the caller looks at its signal.
      }
    },
  };
}

/** @param ticks - 100 ns units since the Unix epoch. */
export function formatTicks(ticks: bigint): string {
  // The remainder is negative for a time before 1970.
  const rest = ((ticks % TICKS_PER_MS) + TICKS_PER_MS) % TICKS_PER_MS;
  const milliseconds = Number((ticks - rest) / TICKS_PER_MS);
  return new Date(milliseconds).toISOString().replace("Z", `${String(rest).padStart(4, "0")}Z`);
}

/**
 * @param text - ISO 8601 in UTC, with up to seven fractional digits and `Z` (what .NET and the table service write).
 * @returns 100 ns units since the Unix epoch.
 */
export function parseTicks(text: string): bigint {
  const match = /^(.*?)(?:\.(\d{1,7}))?Z?$/.exec(text);
  const whole = Date.parse(`${match?.[1] ?? ""}Z`);
  if (Number.isNaN(whole)) throw new RangeError(`"${text}" is not a UTC time.`);
  return BigInt(whole) * TICKS_PER_MS + BigInt((match?.[2] ?? "").padEnd(7, "0"));
}
