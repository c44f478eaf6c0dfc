import type { Clock } from "@same-kit/shared";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import { interceptStorage, type StorageCall } from "./intercept-storage.ts";

/** Where a process is paused: its request has not been sent yet, or was executed but its response was not read. */
export type PauseMoment = "before" | "after";

/** A storage and a clock that pause with their process, as under SIGSTOP, and continue from there. */
export type Pause = {
  wrap(account: StorageAccount, clock: Clock): { storage: StorageAccount; clock: Clock };
  isPaused(): boolean;
  resume(): void;
};

/** @param momentOf - Whether the process is stopped at a call. */
export function makePausable(momentOf: (call: StorageCall) => PauseMoment | undefined): Pause {
  let gate: PromiseWithResolvers<void> | null = null;
  const passing = async () => {
    while (gate !== null) await gate.promise;
  };
  const stop = () => {
    gate ??= Promise.withResolvers<void>();
  };
  return {
    wrap: (account, clock) => ({
      storage: interceptStorage(account, async (call, proceed) => {
        await passing();
        const moment = momentOf(call);
        if (moment === "before") stop();
        await passing();
        const result = await proceed().finally(() => (moment === "after" ? stop() : undefined));
        await passing();
        return result;
      }),
      clock: {
        now: () => clock.now(),
        nowTicks: () => clock.nowTicks(),
        async sleep(...args) {
          await passing();
          await clock.sleep(...args);
          await passing();
        },
      },
    }),
    isPaused: () => gate !== null,
    resume() {
      gate?.resolve();
      gate = null;
    },
  };
}
