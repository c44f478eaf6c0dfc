import { defineConfig } from "vitest/config";

// Seven groups, by what a test needs: `unit` nothing, `local` processes of this machine (Azurite, Python, workers), `suite` the whole
// booted stack, `browser` a Chromium, `faults` the minutes that ending real processes at many moments takes, `installs` those of pip
// and uv, `online` a package index or a Docker engine.
const LOCAL = "test/**/*.local.test.ts";
const SUITE = "test/suite/**/*.test.ts";
const BROWSER = "test/**/*.browser.test.ts";
const FAULTS = "test/**/*.faults.test.ts";
const INSTALLS = "test/**/*.installs.test.ts";
const ONLINE = "test/**/*.online.test.ts";

// Real processes on a machine that others use too: one that was starved of its deadline is asked once more in CI, where nobody
// can. What fails twice fails.
const retry = process.env["CI"] === "true" ? 1 : 0;
const slow = { retry, testTimeout: 120_000, hookTimeout: 120_000, globalSetup: "test/helpers/build-dist.ts" };

export default defineConfig({
  test: {
    // Two cores: more parallel stacks only make each other miss their deadlines.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [LOCAL, SUITE, BROWSER, FAULTS, INSTALLS, ONLINE],
          testTimeout: 20_000,
        },
      },
      { test: { name: "local", include: [LOCAL], exclude: [SUITE], ...slow } },
      { test: { name: "suite", include: [SUITE], exclude: [BROWSER, ONLINE], ...slow } },
      { test: { name: "browser", include: [BROWSER], ...slow, expect: { poll: { timeout: 15_000 } } } },
      { test: { name: "faults", include: [FAULTS], ...slow } },
      { test: { name: "installs", include: [INSTALLS], ...slow } },
      { test: { name: "online", include: [ONLINE], ...slow, testTimeout: 600_000, hookTimeout: 600_000 } },
    ],
  },
});
