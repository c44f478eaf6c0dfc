// Rows of the matrix that need a host of their own, because of its settings or because it is killed: those of
// conformance.local.test.ts share one.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { durableApp, newInstanceId } from "../../helpers/durable-app.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startHostProcess } from "../../helpers/local-host.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const tempDir = dirsOfFile();
const app = fixtureApp("conformance");
const overHostJson = (settings: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`AzureFunctionsJobHost__extensions__durableTask__${key}`, value]),
  );
/** They differ from host.json, where each of them has its default. */
const SETTINGS = {
  localRpcEndpointEnabled: "false",
  overridableExistingInstanceStates: "AnyState",
  httpSettings__useForwardedHost: "true",
  versionMatchStrategy: "Strict",
  versionFailureStrategy: "Fail",
};

describe.each(["none", "memory"] as const)("storage %s:", (kind) => {
  let host: LocalHost;
  const lines: string[] = [];

  beforeAll(async () => {
    host = await startLocal({
      port: 0,
      appDir: app,
      stateDir: tempDir(),
      storage: { kind },
      appSettings: overHostJson(SETTINGS),
      onLog: ({ message }) => lines.push(message),
    });
  });
  afterAll(async () => host?.stop());

  const { become, client, post, run, start } = durableApp(() => host);

  // Nothing in this process's memory outlives its host; the other storage has a row 42 of its own, below.
  if (kind === "none")
    test("42. an instance whose worker is killed continues in the next worker", async () => {
      const id = await start("naps", 400);
      await become(id, "Running");
      const killed = host.workerPid ?? 0;
      process.kill(killed, "SIGKILL");
      expect((await become(id, "Completed")).output).toBe("rested");
      expect(host.workerPid).not.toBe(killed);
    });

  test("43. without the local RPC endpoint the SDK's client uses the URLs of its binding", async () => {
    expect(await client("binding")).toMatchObject({
      rpcBaseUrl: null,
      baseUrl: `${host.url}/runtime/webhooks/durabletask`,
    });
    const id = await start("waits");
    await become(id, "Running");
    await client("raiseEvent", id, "go", { a: 1 });
    expect((await become(id, "Completed")).output).toEqual({ a: 1 });
    expect(await client("getStatus", id)).toMatchObject({ runtimeStatus: "Completed" });
    expect(await client("purgeInstanceHistory", id)).toEqual({ instancesDeleted: 1 });
    await client("signalEntity", { entity: ["Counter", id] }, "add", 4);
    const state = () => client("readEntityState", { entity: ["Counter", id] }) as Promise<{ entityState?: number }>;
    await waitFor(async () => (await state()).entityState === 4, { what: "the signal to be done" });
  });

  test("46. an instance of another version than the strict one fails without a call", async () => {
    expect((await run("version")).output).toBe("5.0");
    const calls = () => lines.filter((line) => line.startsWith("Executing 'Functions.version'")).length;
    const before = calls();
    const { runtimeStatus, output } = await run("version", undefined, { version: "4.9" });
    expect([runtimeStatus, output]).toEqual(["Failed", expect.stringContaining("VersionMismatch")]);
    expect(calls()).toBe(before);
  });

  test("49. AnyState lets a start replace a running instance", async () => {
    const id = newInstanceId();
    await start("waits", undefined, { instanceId: id });
    await become(id, "Running");
    await start("returns", "the second", { instanceId: id });
    expect((await become(id, "Completed")).output).toBe("the second");
  });

  test("54. behind a proxy the URLs use its host name, if it sends both host and protocol", async () => {
    const statusUrl = async (headers: Record<string, string>) =>
      ((await (await post("/orchestrators/returns", 1, headers)).json()) as { statusQueryGetUri: string })
        .statusQueryGetUri;
    const both = { "x-forwarded-host": "example.org", "x-forwarded-proto": "https" };
    expect(await statusUrl(both)).toMatch(/^https:\/\/example\.org\/runtime\/webhooks\/durabletask\/instances\//);
    expect(await statusUrl({ "x-forwarded-host": "example.org" })).toMatch(new RegExp(`^${host.url}/`));
  });
});

test("storage disk: 42. instances continue in the next host after their host is killed", async () => {
  const stateDir = tempDir();
  // Messages held by the killed host become visible again after this time.
  const settings = overHostJson({
    storageProvider__workItemQueueVisibilityTimeout: "00:00:03",
    storageProvider__controlQueueVisibilityTimeout: "00:00:03",
  });
  const killed = await startHostProcess(app, stateDir, settings);
  const first = durableApp(() => killed);
  const [waiting, napping] = [await first.start("waits"), await first.start("naps", 2_000)];
  await first.become(waiting, "Running");
  await first.become(napping, "Running");
  await first.client("signalEntity", { entity: ["Counter", "kept"] }, "add", 3);
  killed.process.kill("SIGKILL");

  const next = await startHostProcess(app, stateDir, settings);
  const second = durableApp(() => next);
  await second.post(`/instances/${waiting}/raiseEvent/go`, "on");
  expect((await second.become(waiting, "Completed")).output).toBe("on");
  expect((await second.become(napping, "Completed")).output).toBe("rested");
  const read = () =>
    second.client("readEntityState", { entity: ["Counter", "kept"] }) as Promise<{ entityState?: number }>;
  await waitFor(async () => (await read()).entityState === 3, { what: "the signal to be done once" });
});
