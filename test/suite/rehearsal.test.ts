import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { makeTempDir } from "../helpers/temp-dir.ts";
import { hasTerraform } from "../helpers/terraform.ts";

const LAUNCHER = path.resolve("bin/same-kit.cjs");

const TEMP = "temp";

async function sameKit(cwd: string, ...args: string[]) {
  await mkdir(path.join(cwd, TEMP), { recursive: true });
  const { stdout, stderr, exitCode } = await execa(process.execPath, [LAUNCHER, ...args], {
    cwd,
    reject: false,
    stdin: "ignore",
    env: { CI: "1", TMPDIR: path.join(cwd, TEMP) },
  });
  return { stdout, stderr, exitCode };
}

// The package that the cloud would get, with a Python of this machine, boots in the real host and runs a notebook.
describe.skipIf(!hasTerraform)("the command rehearses a deployment", () => {
  test("deploys, skips what has not changed, tells the key only on demand, and removes all", {
    timeout: 240_000,
  }, async () => {
    const cwd = await makeTempDir();
    const first = await sameKit(cwd, "up", "--rehearse", "--json");
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    const deployed = JSON.parse(first.stdout);
    expect(deployed).toMatchObject({
      kind: "deployed",
      isRehearsal: true,
      smokeTest: "passed",
      package: { wasPublished: true },
    });

    expect(await readdir(path.join(cwd, TEMP))).toEqual([]);

    const second = await sameKit(cwd, "up", "--rehearse");
    expect(second.exitCode).toBe(0);
    expect(second.stderr).toContain("Publish the app: skipped, this package is already deployed");
    expect(second.stdout).toContain(`The rehearsal of ${deployed.outputs.appName} is done. The smoke test passed.`);

    const withKey = await sameKit(cwd, "outputs", "--rehearse", "--show-key");
    expect(withKey.stdout).toMatch(/^same:[0-9a-f]{64}@localhost:\d+$/);
    const key = /same:([0-9a-f]+)@/.exec(withKey.stdout)?.[1] as string;
    const exported = await sameKit(cwd, "outputs", "--rehearse", "--export");
    expect(exported.stdout).toContain(`export FUNCTIONS_APP_NAME=${deployed.outputs.appName}`);
    const status = await sameKit(cwd, "status", "--json");
    expect(JSON.parse(status.stdout)).toHaveLength(1);
    const logs = await sameKit(cwd, "logs", "--rehearse");
    for (const { stdout, stderr } of [first, second, exported, status, logs])
      expect(stdout + stderr).not.toContain(key);

    const removed = await sameKit(cwd, "down", "--rehearse", "--json");
    expect(JSON.parse(removed.stdout)).toMatchObject({ kind: "removed", changes: deployed.changes.length });
    const gone = await sameKit(cwd, "outputs", "--rehearse", "--json");
    expect(gone.exitCode).toBe(1);
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: "ERR_NOT_DEPLOYED" } });
  });

  test("--json gives a failure's code, phase and case as the only output", async () => {
    const { stdout, stderr, exitCode } = await sameKit(
      await makeTempDir(),
      "up",
      "--rehearse",
      "--json",
      "--fail",
      "no-rights",
    );
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 1 });
    expect(JSON.parse(stdout).error).toMatchObject({ code: "ERR_PROVISION_FORBIDDEN", phase: "provision", case: 6 });
  });

  test.each([
    [["up", "--rehearse", "--fail", "earthquake"], /ERR_UNKNOWN_DRILL .*there is no such case/],
    [["up", "--fail", "quota"], /ERR_ONLY_IN_REHEARSAL .*works only in a rehearsal/],
    [["up", "--env", "Production"], /ERR_ENVIRONMENT_NAME /],
    [["up", "--rehearse", "--publisher", "func"], /ERR_PUBLISHER .*cannot be rehearsed/],
    [["up", "--rehearse", "--no-bundled-python", "--with", "numpy"], /ERR_WITH_NEEDS_PYTHON /],
  ])("%j is called wrongly", async (args, message) => {
    const { stderr, exitCode } = await sameKit(await makeTempDir(), ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
