import { expect, test } from "vitest";
import { useAzurite } from "../../helpers/azurite.ts";
import { runProcessChaos } from "../../helpers/chaos-processes.ts";

const storage = useAzurite();

// A small dose of `npm run chaos`.
test("orchestrations end once and correctly on processes that are killed and paused, behind a faulty network", async () => {
  const { problems } = await runProcessChaos(storage(), {
    seed: 1,
    instances: 4,
    maxPeaceMs: 2_500,
    maxPauseMs: 3_000,
    deadlineMs: 110_000,
    maxAttacks: 10,
  });
  expect(problems).toEqual([]);
}, 300_000);
