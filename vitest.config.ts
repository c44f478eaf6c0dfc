import { defineConfig } from "vitest/config";

// Seven groups, by what a test needs. `unit`: nothing. `local`: processes of this machine (Azurite, Python, workers). `suite`: the whole
// stack. `browser`: a Chromium. `faults`: minutes, because real processes are killed at many points. `installs`: time for pip and uv.
// `online`: a package index or a Docker engine.
const LOCAL = "test/**/*.local.test.ts";
const SUITE = "test/suite/**/*.test.ts";
const BROWSER = "test/**/*.browser.test.ts";
const FAULTS = "test/**/*.faults.test.ts";
const INSTALLS = "test/**/*.installs.test.ts";
const ONLINE = "test/**/*.online.test.ts";

// These tests run real processes, which can miss a deadline on a busy machine. In CI, where nobody can repeat a test by hand, a failed
// test is repeated once.
const retry = process.env["CI"] === "true" ? 1 : 0;
const slow = { retry, testTimeout: 120_000, hookTimeout: 120_000, globalSetup: "test/helpers/build-dist.ts" };

export default defineConfig({
  test: {
    // For two cores: more parallel stacks would make each other miss their deadlines.
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
