import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listTestPythons } from "../helpers/pythons.ts";
import { useStack } from "../helpers/stack.ts";
import { readTestdata } from "../helpers/testdata.ts";

// Upstream's own package, unmodified, with our app: its `same run` sends, its own code loads the session.
// It needs a package index, CPython 3.9 or 3.10 (its dependencies support no later version), and a C compiler for one of them.
const PACKAGE = "sameproject==0.2.5";
const old = (await listTestPythons()).find(({ minor, hasVenv }) => hasVenv && ["3.9", "3.10"].includes(minor));
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

const run = promisify(execFile);
const KEY = "k3y/with+signs";

describe.skipIf(old === undefined || !hasCompiler)(`${PACKAGE} on CPython 3.9 or 3.10, with a C compiler`, () => {
  const appSettings: Record<string, string> = { SAME_ACCESS_KEY: KEY };
  let dir: string;
  let bin: string;
  afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), "same-kit-upstream-"));
    bin = path.join(dir, "bin");
    await run(old?.executable as string, ["-m", "venv", dir]);
    // 180 packages: compiling the ones that are never imported takes as long as the rest.
    await run(path.join(bin, "pip"), ["install", "--quiet", "--no-compile", "--disable-pip-version-check", PACKAGE]);
    // A function's bytecode is specific to one minor version.
    appSettings["SAME_PYTHON"] = path.join(bin, "python");
  });
  const stack = useStack({ accessKey: KEY, appSettings });

  /** Runs the command like a user. @returns Its output, and the status URL of the run. */
  async function sameRun(
    feature: string,
    credentials: string,
    more: readonly string[] = [],
  ): Promise<{ text: string; url: string | undefined }> {
    const { dir } = readTestdata("features", feature);
    const hostName = `${credentials}${new URL(stack.address.url).host}`;
    const args = ["run", "-t", "functions", "-f", path.join(dir, "same.yaml")];
    const options = ["--functions-host-name", hostName, "--functions-use-http"];
    const { stdout, stderr } = await run(path.join(bin, "same"), [...args, ...options, ...more]).catch(
      (failed: { stdout: string; stderr: string }) => failed,
    );
    return { text: stdout + stderr, url: /^\s*(http:\S+)$/m.exec(stdout)?.[1] };
  }

  async function readSessions(urls: readonly string[]): Promise<Record<string, string>[]> {
    const reader = path.resolve("test/fixtures/clients/read_session.py");
    const { stdout } = await run(path.join(bin, "python"), [reader, ...urls]);
    return JSON.parse(stdout) as Record<string, string>[];
  }

  const withKey = `same:${encodeURIComponent(KEY)}@`;

  // One test, as its Python takes seconds to start: each run is started separately, and all are read at once.
  test("starts runs and reads their results", async () => {
    const urls: string[] = [];
    for (const feature of ["singlestep", "multistep", "serialised_modules", "exploding_variables", "same_env"]) {
      const { text, url } = await sameRun(feature, withKey, feature === "same_env" ? ["--same-env", "prod"] : []);
      expect(text).toContain("Successfully started an execution");
      urls.push(url as string);
    }
    const raises = "raises RuntimeError";
    expect(await readSessions(urls)).toMatchObject([
      { x: "1", y: "'1'" },
      { x: "1", y: "'1'" },
      { values: "('same', 'same', 'same')", array: expect.stringContaining("array(") },
      { small: "'stays'", numbers: raises, stream: raises },
      { same_env: "'prod'" },
    ]);
  });

  test("shows why it is rejected", async () => {
    const { text, url } = await sameRun("singlestep", "same:wrong@");
    expect(url).toBeUndefined();
    expect(text).toContain("returned status code 401");
  });
});
