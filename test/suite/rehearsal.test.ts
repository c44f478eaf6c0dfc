import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { startLocal } from "../../local/src/index.ts";
import { bootOnLocalHost } from "../../rehearsal/src/index.ts";
import type { RunSummary } from "../../toolkit/src/usecases/run/run-summary.ts";
import { startTestMiniAzure } from "../helpers/mini-azure.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";
import { hasTerraform } from "../helpers/terraform.ts";

const LAUNCHER = path.resolve("bin/same-kit.cjs");

const TEMP = "temp";

async function sameKit(cwd: string, ...args: string[]) {
  return sameKitWith({}, cwd, ...args);
}

async function sameKitWith(variables: Record<string, string>, cwd: string, ...args: string[]) {
  await mkdir(path.join(cwd, TEMP), { recursive: true });
  const { stdout, stderr, exitCode } = await execa(process.execPath, [LAUNCHER, ...args], {
    cwd,
    reject: false,
    stdin: "ignore",
    env: { CI: "1", TMPDIR: path.join(cwd, TEMP), ...variables },
  });
  return { stdout, stderr, exitCode };
}

const REHEARSED = path.join(".same-kit", "env", "dev.rehearsal");

/** The rehearsal's cloud, which stays after the command has ended, like a real one; it stops with the test. */
async function keepCloud(cwd: string) {
  const bootSite = bootOnLocalHost(startLocal, path.join(cwd, REHEARSED, "sites"), { kind: "memory" });
  return startTestMiniAzure({ folder: path.join(cwd, REHEARSED, "mini-azure"), bootSite });
}

/** A notebook that reads a file in its folder and creates another one. */
async function writeNotebook(cwd: string, last = "open('result.txt', 'w').write(str(total))"): Promise<string> {
  const dir = path.join(cwd, "study");
  await mkdir(dir, { recursive: true });
  const cell = (source: string, ...tags: string[]) => ({ cell_type: "code", source, metadata: { tags } });
  const cells = [
    cell("factor = 2", "parameters"),
    cell("total = factor * int(open('data.txt').read())", "same_step_1"),
    cell(last, "same_step_2"),
  ];
  await writeFile(path.join(dir, "data.txt"), "21");
  await writeFile(path.join(dir, "study.ipynb"), JSON.stringify({ nbformat: 4, nbformat_minor: 5, cells }));
  return path.join("study", "study.ipynb");
}

/** Both ways to specify the deployed app, and a wrong key. */
async function runOnDeployed(cwd: string, address: string): Promise<void> {
  const mini = await keepCloud(cwd);
  const notebook = await writeNotebook(cwd);
  const run = (...args: string[]) =>
    sameKitWith({ NODE_EXTRA_CA_CERTS: mini.caFile }, cwd, "run", notebook, "--json", ...args);
  // The outputs of a deployment in the cloud; a rehearsal keeps its outputs separately.
  await mkdir(path.join(cwd, ".same-kit", "env", "dev"));
  await copyFile(path.join(cwd, REHEARSED, "outputs.json"), path.join(cwd, ".same-kit", "env", "dev", "outputs.json"));
  for (const named of [
    ["--host-name", address],
    ["--env", "dev", "--state-dir", ".same-kit"],
  ]) {
    const { exitCode, stdout, stderr } = await run(...named, "-p", "factor", "4");
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: "" });
    const { id, status, variables } = JSON.parse(stdout) as RunSummary;
    expect(status).toBe("completed");
    expect(variables).toContainEqual(expect.objectContaining({ name: "total", repr: "84" }));
    const runs = path.join(cwd, named.includes("--state-dir") ? "" : "study", ".same-kit", "runs");
    expect(await readFile(path.join(runs, id, "files", "result.txt"), "utf8")).toBe("84");
  }
  await resumeOnDeployed(cwd, address, mini.caFile);
  const refused = await run("--host-name", address.replace(/:[0-9a-f]+@/, ":wrong@"));
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "ERR_APP_UNAUTHORIZED" } });
  await mini.stop();
  await rm(path.join(cwd, ".same-kit", "env", "dev"), { recursive: true });
}

/** A failed run continues from its failed step after the notebook is edited, with the files and variables before that step. */
async function resumeOnDeployed(cwd: string, address: string, caFile: string): Promise<void> {
  const call = async (...args: string[]) => {
    const { exitCode, stdout } = await sameKitWith({ NODE_EXTRA_CA_CERTS: caFile }, cwd, ...args, "--json");
    return { exitCode, summary: JSON.parse(stdout) as RunSummary };
  };
  const failed = await call("run", await writeNotebook(cwd, "1 / 0"), "--host-name", address);
  expect(failed).toMatchObject({ exitCode: 1, summary: { status: "failed" } });
  await writeNotebook(cwd, "open('again.txt', 'w').write(str(total))");
  const { id } = failed.summary;
  const where = ["--host-name", address, "--state-dir", path.join("study", ".same-kit")];
  const { exitCode, summary } = await call("resume", id, ...where);
  expect({ exitCode, status: summary.status }).toEqual({ exitCode: 0, status: "completed" });
  expect(summary.steps.map(({ keptFrom }) => keptFrom)).toEqual([id, id, null]);
  expect(await readFile(path.join(summary.record, "files", "again.txt"), "utf8")).toBe("42");
}

/** Another app replaces ours. */
async function publishLikeFunc(cwd: string, appName: string): Promise<void> {
  const appDir = path.join(cwd, "app");
  await mkdir(path.join(appDir, "node_modules", "@azure"), { recursive: true });
  const packages = ["@azure/functions", "@azure/functions-extensions-base", "cookie"];
  for (const name of packages)
    await cp(path.resolve("node_modules", name), path.join(appDir, "node_modules", name), { recursive: true });
  await writeFile(path.join(appDir, "host.json"), '{"version":"2.0"}');
  await writeFile(path.join(appDir, "package.json"), '{"main":"main.js"}');
  await writeFile(
    path.join(appDir, "main.js"),
    'require("@azure/functions").app.get("mine", () => ({ body: "mine" }));',
  );
  await writeFile(path.join(appDir, "left-out.txt"), "not for the cloud");
  await writeFile(path.join(appDir, ".funcignore"), "left-out.txt\n");
  const call = ["func", "azure", "functionapp", "publish", appName, "--script-root", "app", "--javascript"];
  const { exitCode, stdout, stderr } = await sameKit(cwd, ...call);
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: expect.stringContaining(`to ${appName}.`) });
  const dir = path.join(cwd, REHEARSED, "packages");
  const zips = (await readdir(dir)).filter((name) => name.endsWith(".zip"));
  const published = (await Promise.all(zips.map((name) => readFile(path.join(dir, name))))).filter((zip) =>
    zip.includes("main.js"),
  );
  expect(published.map((zip) => zip.includes("left-out.txt"))).toEqual([false]);
  const unknown = await sameKit(cwd, "func", "azure", "functionapp", "publish", "nobody", "--script-root", "app");
  expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`but of ${appName}`) });
}

// The package for the cloud, with a Python of this machine, boots in the real host and runs a notebook.
describe.skipIf(!hasTerraform)("the rehearsal of a deployment", () => {
  test("deploys, skips unchanged parts, shows the key only on request, and removes everything", {
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
    await runOnDeployed(cwd, withKey.stdout);
    const key = /same:([0-9a-f]+)@/.exec(withKey.stdout)?.[1] as string;
    const exported = await sameKit(cwd, "outputs", "--rehearse", "--export");
    expect(exported.stdout).toContain(`export FUNCTIONS_APP_NAME=${deployed.outputs.appName}`);
    const status = await sameKit(cwd, "status", "--json");
    expect(JSON.parse(status.stdout)).toHaveLength(1);
    const logs = await sameKit(cwd, "logs", "--rehearse");
    for (const { stdout, stderr } of [first, second, exported, status, logs])
      expect(stdout + stderr).not.toContain(key);

    await publishLikeFunc(cwd, deployed.outputs.appName);

    const removed = await sameKit(cwd, "down", "--rehearse", "--json");
    expect(JSON.parse(removed.stdout)).toMatchObject({ kind: "removed", changes: deployed.changes.length });
    const gone = await sameKit(cwd, "outputs", "--rehearse", "--json");
    expect(gone.exitCode).toBe(1);
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: "ERR_NOT_DEPLOYED" } });
  });

  test("--json prints the code, phase and case of a failure as the only output", async () => {
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
    [["up", "--rehearse", "--fail", "earthquake"], /ERR_UNKNOWN_DRILL .*is not a known case/],
    [["up", "--fail", "quota"], /ERR_ONLY_IN_REHEARSAL .*works only in a rehearsal/],
    [["up", "--env", "Production"], /ERR_ENVIRONMENT_NAME /],
    [["up", "--rehearse", "--publisher", "func"], /ERR_PUBLISHER .*cannot be rehearsed/],
    [["up", "--rehearse", "--no-bundled-python", "--with", "numpy"], /ERR_WITH_NEEDS_PYTHON /],
  ])("%j is a usage error", async (args, message) => {
    const { stderr, exitCode } = await sameKit(await makeTempDir(), ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
