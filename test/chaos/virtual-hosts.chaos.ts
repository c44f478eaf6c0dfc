// 10,000 orchestrations on hosts that die, stand still beyond their lease and lose answers, on a virtual clock: reproducible to the call.

import { seededRandom } from "@same-kit/shared";
import { expect, test, vi } from "vitest";
import { runChaos } from "../helpers/chaos-world.ts";
import { chosenInstances, chosenSeeds } from "./seeds.ts";

const INSTANCES = chosenInstances(50);

// Ids choose partitions, and threads of their own would end their work at any time: both would make each run another.
const ids = vi.hoisted(() => ({ random: (): number => 0 }));

vi.mock("node:crypto", async (importOriginal) => {
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(ids.random() * 256)));
  const randomUUID = () =>
    randomBytes(16)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { ...(await importOriginal<object>()), randomBytes, randomUUID };
});

vi.mock("node:zlib", async (importOriginal) => {
  const zlib = await importOriginal<typeof import("node:zlib")>();
  type Done = (error: null, result: Buffer) => void;
  const gzip = (data: Buffer, done: Done) => done(null, zlib.gzipSync(data));
  const gunzip = (data: Buffer, done: Done) => done(null, zlib.gunzipSync(data));
  return { ...zlib, gzip, gunzip };
});

test.each(chosenSeeds(200))(`seed %d: ${INSTANCES} orchestrations end once and rightly`, async (seed) => {
  ids.random = seededRandom(seed);
  const { problems, deaths, pauses, faults } = await runChaos(seed, INSTANCES);
  process.stdout.write(`seed ${seed}: ${deaths} deaths, ${pauses} pauses, ${faults} faults\n`);
  expect(problems).toEqual([]);
});
