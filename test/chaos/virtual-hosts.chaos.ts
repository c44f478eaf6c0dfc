// 10,000 orchestrations on hosts that die, pause longer than their lease and lose responses, on a virtual clock: reproducible to the call.

import { expect, test, vi } from "vitest";
import { runChaos } from "../helpers/chaos-world.ts";
import { seedIds } from "../helpers/repeatable.ts";
import { chosenInstances, chosenSeeds } from "./seeds.ts";

const INSTANCES = chosenInstances(50);

vi.mock("node:crypto", async (importOriginal) =>
  (await import("../helpers/repeatable.ts")).repeatableCrypto(await importOriginal<object>()),
);
vi.mock("node:zlib", async (importOriginal) =>
  (await import("../helpers/repeatable.ts")).repeatableZlib(await importOriginal<typeof import("node:zlib")>()),
);

test.each(chosenSeeds(200))(`seed %d: ${INSTANCES} orchestrations end once and correctly`, async (seed) => {
  seedIds(seed);
  const { problems, deaths, pauses, faults } = await runChaos(seed, INSTANCES);
  process.stdout.write(`seed ${seed}: ${deaths} deaths, ${pauses} pauses, ${faults} faults\n`);
  expect(problems).toEqual([]);
});
