// Runs what `make test` promises: types, lint and every test that needs no network and takes no minutes. --faults runs
// only tests that end real processes at many moments, --installs only tests that create Python environments, --online
// only tests that need a package index or a Docker engine, --all everything. Tests that open pages run if a Chromium is
// installed, and always with --all. The last line counts everything; a run without any test is a failure.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const OFFLINE = ["unit", "local", "suite"];
const BROWSER = ["browser"];
const FAULTS = ["faults"];
const INSTALLS = ["installs"];
const ONLINE = ["online"];

const flags = new Set(process.argv.slice(2));
const groups = chooseGroups();
const folder = mkdtempSync(path.join(tmpdir(), "same-kit-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  if (!["--online", "--faults", "--installs"].some((flag) => flags.has(flag))) {
    check("types", ["tsc", "--noEmit"]);
    check("types of the page", ["tsc", "--noEmit", "-p", "inspector"]);
    check("lint and format", ["biome", "check", "--error-on-warnings", "."]);
  }
  for (const group of groups) testGroup(group);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// In CI, a missing prerequisite is a failure, not a skip.
const isRed = total.failed > 0 || total.passed === 0 || (process.env.CI === "true" && total.skipped > 0);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(isRed ? 1 : 0);

function chooseGroups() {
  if (flags.has("--all")) return [...OFFLINE, ...BROWSER, ...FAULTS, ...INSTALLS, ...ONLINE];
  if (flags.has("--online")) return ONLINE;
  if (flags.has("--faults")) return FAULTS;
  if (flags.has("--installs")) return INSTALLS;
  if (hasChromium()) return [...OFFLINE, ...BROWSER];
  console.log("No Chromium is here (Debian: apt-get install chromium): the tests that open pages in one are left out.");
  return OFFLINE;
}

function hasChromium() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [process.env.SAME_KIT_TEST_CHROMIUM ?? "", ...candidates].some((file) => file !== "" && existsSync(file));
}

function check(title, command) {
  const { status } = npx(command);
  console.log(`${status === 0 ? "✓" : "✗"} ${title}`);
  total[status === 0 ? "passed" : "failed"] += 1;
}

function testGroup(group) {
  const report = path.join(folder, `${group}.json`);
  const { status } = npx([
    "vitest",
    "run",
    "--project",
    group,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  const counts = readCounts(report);
  total.passed += counts.passed;
  total.skipped += counts.skipped;
  // A file that cannot be loaded, or an unhandled error, fails the run without failing a test.
  total.failed += status !== 0 && counts.failed === 0 ? 1 : counts.failed;
  console.log(`${group}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function npx([command, ...args]) {
  const bin = path.join(root, "node_modules", ".bin", command);
  return spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: "inherit" });
}
