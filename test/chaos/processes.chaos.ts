// Real processes on a real Azurite: what is killed and when, which requests fail and how, and which hosts are paused for how long, even
// beyond a lease, is determined by the seed; how the machine interleaves it is not.

import { describe, expect, test } from "vitest";
import { useAzurite } from "../helpers/azurite.ts";
import { runProcessChaos } from "../helpers/chaos-processes.ts";
import { chosenInstances, chosenSeeds } from "./seeds.ts";

const INSTANCES = chosenInstances(20);

describe.each(chosenSeeds(5))("seed %d", (seed) => {
  const storage = useAzurite();

  test(`${INSTANCES} orchestrations end once and correctly`, async () => {
    const options = { seed, instances: INSTANCES, maxPeaceMs: 15_000, maxPauseMs: 60_000, deadlineMs: 900_000 };
    const { problems, kills, workerKills, pauses, faults } = await runProcessChaos(storage(), options);
    process.stdout.write(
      `seed ${seed}: ${kills} hosts and ${workerKills} workers killed, ${pauses} pauses, ${faults} faults\n`,
    );
    expect(problems).toEqual([]);
  });
});
