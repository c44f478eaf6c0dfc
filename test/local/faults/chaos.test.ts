import { expect, test, vi } from "vitest";
import { runChaos } from "../../helpers/chaos-world.ts";
import { seedIds } from "../../helpers/repeatable.ts";

vi.mock("node:crypto", async (importOriginal) =>
  (await import("../../helpers/repeatable.ts")).repeatableCrypto(await importOriginal<object>()),
);
vi.mock("node:zlib", async (importOriginal) =>
  (await import("../../helpers/repeatable.ts")).repeatableZlib(await importOriginal<typeof import("node:zlib")>()),
);

// A small dose of `npm run chaos`; a seed that fails there fails here as well.
test.each([1, 2, 3, 4, 5, 6])(
  "orchestrations end once and rightly on hosts that die, stand still and lose answers (seed %d)",
  async (seed) => {
    seedIds(seed);
    const { problems } = await runChaos(seed, 8);
    expect(problems).toEqual([]);
  },
);

test("a seed does the same again", async () => {
  const run = () => {
    seedIds(7);
    return runChaos(7, 5);
  };
  expect(await run()).toEqual(await run());
});
