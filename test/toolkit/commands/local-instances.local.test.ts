// `same-kit local instances` with a real host, as used by people and scripts.

import path from "node:path";
import { packageRoot, writeJsonAtomic } from "@same-kit/shared";
import { execa } from "execa";
import { expect, test } from "vitest";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

async function open() {
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const host = await startLocalHost({ appDir: fixtureApp("conformance"), stateDir, storage: { kind: "none" } });
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const call = (...args: string[]) =>
    execa(process.execPath, [launcher, "local", "instances", ...args, "--state-dir", stateDir], { reject: false });
  const data = async (...args: string[]): Promise<unknown> => JSON.parse((await call(...args, "--json")).stdout);
  return { host, call, data };
}

test("instances can be started, listed, shown, signalled, changed and removed", async () => {
  const { host, call, data } = await open();
  expect(await data("start", "waits", "--id", "one")).toEqual({ id: "one" });
  await waitFor(async () => (await host.client.getStatus("one"))?.runtimeStatus === "Running");
  const listed = await call("list", "--status", "Running");
  expect(listed.stdout).toMatch(/one.*waits.*Running/);
  expect((await call("suspend", "one", "--reason", "a pause")).stdout).toBe("Asked to suspend one.");
  await waitFor(async () => (await host.client.getStatus("one"))?.runtimeStatus === "Suspended");
  await call("resume", "one");
  await call("raise", "one", "go", "--data", '{"a":1}');
  await waitFor(async () => (await host.client.getStatus("one"))?.runtimeStatus === "Completed");
  expect(await data("show", "one")).toMatchObject({ runtimeStatus: "Completed", output: { a: 1 } });
  expect((await call("history", "one")).stdout).toMatch(/EventRaised.*go/);
  expect(await data("restart", "one")).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await data("purge", "one")).toEqual({ purged: 1 });
});

test("usage errors are reported with advice, and change nothing", async () => {
  const { call } = await open();
  const attempts: [string[], number, string][] = [
    [["dance"], 2, '"dance" is not an action; known are list'],
    [["show"], 2, "needs ID"],
    [["raise", "one"], 2, "needs EVENT"],
    [["raise", "one", "go", "--data", "{"], 2, "--data takes JSON"],
    [["purge"], 2, "purge needs an ID, or --from"],
    [["list", "--top", "many"], 2, "--top many"],
    [["show", "nobody"], 1, "There is no such instance."],
    [["start", "nowhere"], 1, "The function 'nowhere' doesn't exist"],
  ];
  for (const [args, code, message] of attempts) {
    const { exitCode, stderr } = await call(...args);
    expect({ args, exitCode, stderr }).toEqual({ args, exitCode: code, stderr: expect.stringContaining(message) });
  }
});

test("any task hub is reached by its storage, with and without a running host, and can be removed", async () => {
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const host = await startLocalHost({ appDir: fixtureApp("conformance"), stateDir, storage: { kind: "disk" } });
  const { hubName } = host;
  const place = ["--storage", "disk", "--hub", hubName, "--state-dir", stateDir];
  const call = (...args: string[]) =>
    execa(
      process.execPath,
      [path.join(packageRoot(), "bin", "same-kit.cjs"), "local", "instances", ...args, ...place],
      {
        reject: false,
      },
    );
  expect((await call("start", "waits", "--id", "one")).stdout).toBe("Started waits as one.");
  await waitFor(async () => (await host.client.getStatus("one"))?.runtimeStatus === "Running");
  expect((await call("delete-hub")).stderr).toContain("ERR_HUB_IN_USE");
  await host.stop();
  expect((await call("list")).stdout).toMatch(/one.*waits.*Running/);
  expect((await call("raise", "one", "go")).exitCode).toBe(0);
  expect((await call("delete-hub")).stdout).toBe("Removed the task hub with all its instances.");
  expect(await call("list")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("ERR_HUB_NOT_FOUND") });
});

test.each([
  [["list", "--storage", "disk", "--env", "prod"], "--storage and --env contradict each other"],
  [["list", "--hub", "Hub"], "--hub names a hub of --storage"],
  [["list", "--watch", "--json"], "--watch and --json contradict"],
  [["purge", "one", "--watch"], "--watch repeats list, show or history only"],
  [["list", "--storage", "memory"], "is empty until a host starts"],
])("%j is rejected", async (args, problem) => {
  const launcher = path.join(packageRoot(), "bin", "same-kit.cjs");
  const cwd = await makeTempDir();
  const { exitCode, stdout, stderr } = await execa(process.execPath, [launcher, "local", "instances", ...args], {
    cwd,
    reject: false,
  });
  expect({ exitCode, text: stdout + stderr }).toEqual({ exitCode: 2, text: expect.stringContaining(problem) });
});

test("the app of an environment is called with its key, and changed only after a confirmation", async () => {
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const host = await startLocalHost({
    appDir: fixtureApp("conformance"),
    stateDir,
    storage: { kind: "none" },
    https: { kind: "self-signed" },
    requireKeys: true,
  });
  const outputs = { hostName: `localhost:${host.port}`, appId: "/subscriptions/s/sites/app", appName: "app" };
  await writeJsonAtomic(path.join(stateDir, "env", "prod", "outputs.json"), outputs);
  const call = (...args: string[]) =>
    execa(
      process.execPath,
      [
        path.join(packageRoot(), "bin", "same-kit.cjs"),
        "local",
        "instances",
        ...args,
        "--env",
        "prod",
        "--state-dir",
        stateDir,
      ],
      { reject: false, env: { NODE_EXTRA_CA_CERTS: path.join(stateDir, "https.pem"), SAME_KIT_MANAGEMENT_KEY: key } },
    );
  let key = "wrong";
  expect(await call("list")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("ERR_APP_UNAUTHORIZED") });
  key = host.managementKey();
  expect((await call("start", "waits", "--id", "one")).stderr).toContain("ERR_CONFIRMATION_NEEDED");
  expect((await call("start", "waits", "--id", "one", "--yes")).stdout).toBe("Started waits as one.");
  expect((await call("list")).stdout).toMatch(/one.*waits/);
});
