import { type Clock, createSystemClock } from "@same-kit/shared";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import { interceptStorage, type StorageCall } from "./intercept-storage.ts";

export type { StorageCall } from "./intercept-storage.ts";

/**
 * The fate of a call. The engine dies `before` it happens, or `after` it happened but before its caller gets the response; or only
 * the call fails: it is `refused`, or it happens and its response is `lost`.
 */
export type Fate = "before" | "after" | "refused" | "lost";

export type Crash = {
  storage: StorageAccount;
  clock: Clock;
  isDead(): boolean;
  /** Dies now: nothing that the engine began continues. */
  die(): void;
};

const NEVER = new Promise<never>(() => {});

/**
 * A storage and a clock that stop answering, as they do for a killed process: the engine that uses them stops forever, in the
 * middle of whatever it did.
 */
export function makeCrashable(
  account: StorageAccount,
  fateOf: (call: StorageCall) => Fate | undefined = () => undefined,
  clock: Clock = createSystemClock(),
): Crash {
  let isDead = false;
  const die = () => {
    isDead = true;
  };
  const ifAlive = <Value>(value: Value) => (isDead ? NEVER : value);
  const storage = interceptStorage(account, async (call, proceed) => {
    if (isDead) return NEVER;
    switch (fateOf(call)) {
      case "before":
        die();
        return NEVER;
      case "refused":
        throw new Error("The storage is out of order.");
      case "lost":
        await proceed();
        await ifAlive(undefined);
        throw new Error("The storage's answer got lost.");
      case "after":
        await proceed();
        die();
        return NEVER;
      case undefined:
        return proceed().then(ifAlive, (error) => (isDead ? NEVER : Promise.reject(error)));
    }
  });
  return { storage, clock: dyingClock(clock, () => isDead), isDead: () => isDead, die };
}

function dyingClock(clock: Clock, isDead: () => boolean): Clock {
  return {
    now: () => clock.now(),
    nowTicks: () => clock.nowTicks(),
    async sleep(...args) {
      if (!isDead()) await clock.sleep(...args);
      if (isDead()) await NEVER;
    },
  };
}
