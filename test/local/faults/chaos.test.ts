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
  "orchestrations end once and correctly on hosts that die, pause and lose responses (seed %d)",
  async (seed) => {
    seedIds(seed);
    const { problems } = await runChaos(seed, 8);
    expect(problems).toEqual([]);
  },
);

test("a seed is repeatable", async () => {
  const run = () => {
    seedIds(7);
    return runChaos(7, 5);
  };
  expect(await run()).toEqual(await run());
});
