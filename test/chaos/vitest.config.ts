import { defineConfig } from "vitest/config";

// `npm run chaos`: minutes of faults. SAME_KIT_CHAOS_SEEDS=17 repeats one seed, 1-500 runs many.
export default defineConfig({
  test: {
    include: ["test/chaos/*.chaos.ts"],
    maxWorkers: 2,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    globalSetup: "test/helpers/build-dist.ts",
  },
});
