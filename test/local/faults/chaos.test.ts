import { expect, test } from "vitest";
import { runChaos } from "../../helpers/chaos-world.ts";

// A small dose of `npm run chaos`; a seed that fails there fails here as well.
test.each([1, 2, 3, 4, 5, 6])(
  "orchestrations end once and rightly on hosts that die, stand still and lose answers (seed %d)",
  async (seed) => {
    const { problems } = await runChaos(seed, 8);
    expect(problems).toEqual([]);
  },
);

test("a seed does the same again", async () => {
  expect(await runChaos(7, 5)).toEqual(await runChaos(7, 5));
});
