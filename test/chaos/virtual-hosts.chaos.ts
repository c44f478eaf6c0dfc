// 10,000 orchestrations on hosts that die, stand still beyond their lease and lose answers, on a virtual clock: reproducible to the call.

import { expect, test } from "vitest";
import { runChaos } from "../helpers/chaos-world.ts";
import { chosenInstances, chosenSeeds } from "./seeds.ts";

const INSTANCES = chosenInstances(50);

test.each(chosenSeeds(200))(`seed %d: ${INSTANCES} orchestrations end once and rightly`, async (seed) => {
  const { problems, deaths, pauses, faults } = await runChaos(seed, INSTANCES);
  process.stdout.write(`seed ${seed}: ${deaths} deaths, ${pauses} pauses, ${faults} faults\n`);
  expect(problems).toEqual([]);
});
