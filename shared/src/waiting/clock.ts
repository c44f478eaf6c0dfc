import { setTimeout as delay } from "node:timers/promises";

/** The engine's view of time; tests pass a fake. */
export interface Clock {
  now(): Date;
  /**
   * Current UTC time in .NET's format: ISO 8601 with seven fractional digits (100 ns) and `Z`. Successive calls on one
   * clock are strictly increasing, because entity sort stamps and replay times must never be equal.
   */
  nowTicks(): string;
  /** Resolves after `ms`, or immediately when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal, options?: SleepOptions): Promise<void>;
}

export type SleepOptions = {
  /** Marks recurring maintenance that happens regardless of work; a manually advanced clock may skip it. */
  isRoutine?: boolean;
};

const TICKS_PER_MS = 10_000n;

/** The machine's clock. */
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
        // Aborted: the caller checks its signal.
      }
    },
  };
}

/** @param ticks - 100 ns units since the Unix epoch. */
export function formatTicks(ticks: bigint): string {
  // The remainder is negative for times before 1970.
  const rest = ((ticks % TICKS_PER_MS) + TICKS_PER_MS) % TICKS_PER_MS;
  const milliseconds = Number((ticks - rest) / TICKS_PER_MS);
  return new Date(milliseconds).toISOString().replace("Z", `${String(rest).padStart(4, "0")}Z`);
}

/**
 * @param text - ISO 8601 in UTC with up to seven fractional digits and `Z`, as written by .NET and the table service.
 * @returns 100 ns units since the Unix epoch.
 */
export function parseTicks(text: string): bigint {
  const match = /^(.*?)(?:\.(\d{1,7}))?Z?$/.exec(text);
  const whole = Date.parse(`${match?.[1] ?? ""}Z`);
  if (Number.isNaN(whole)) throw new RangeError(`"${text}" is not a UTC time.`);
  return BigInt(whole) * TICKS_PER_MS + BigInt((match?.[2] ?? "").padEnd(7, "0"));
}
