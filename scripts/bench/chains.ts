// Steady load: orchestrations with a few activities each, a fixed number of them in flight, counted per time slice.

import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../../local/src/engine/index.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import { type Orchestrators, run, withEngine } from "./engine.ts";

export type ChainLoad = {
  /** Concurrent orchestrations; each one that ends is followed by another. */
  inFlight: number;
  /** Activities of each orchestration, one after another. */
  activities: number;
  slices: number;
  sliceMs: number;
};

/** @returns Activities per second, one figure per slice. */
export async function measureChains(load: ChainLoad, storage: StorageAccount): Promise<number[]> {
  let done = 0;
  const count = (value: unknown) => {
    done += 1;
    return value;
  };
  return withEngine(storage, count, async (engine) => {
    const stop = { isWanted: false };
    const chains = Array.from({ length: load.inFlight }, () => keepRunning(engine, load.activities, stop));
    const rates: number[] = [];
    for (let slice = 0; slice < load.slices; slice += 1) {
      const before = done;
      const startedAt = performance.now();
      await delay(load.sliceMs);
      rates.push((done - before) / ((performance.now() - startedAt) / 1000));
    }
    stop.isWanted = true;
    await Promise.all(chains);
    return rates;
  });
}

async function keepRunning(engine: Engine, activities: number, stop: { isWanted: boolean }): Promise<void> {
  const name: keyof Orchestrators = "sequence";
  while (!stop.isWanted) await run(engine, name, activities);
}
