import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identifyProcess } from "@same-kit/shared";
import { expect, test } from "vitest";
import { type LocalOptions, listRunningHosts, parseStorageChoice, startLocal } from "../../../local/src/index.ts";
import { openStorage } from "../../../local/src/storage/azure/open-storage.ts";
import { fixtureApp, writeApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = fixtureApp("durable");
const MEMORY = { kind: "memory" } as const;

async function runToEnd(url: string, query = ""): Promise<Record<string, unknown>> {
  const start = await fetch(`${url}/runtime/webhooks/durabletask/orchestrators/chain${query}`, { method: "POST" });
  const { statusQueryGetUri } = (await start.json()) as { statusQueryGetUri: string };
  return waitFor(
    async () => {
      const response = await fetch(statusQueryGetUri);
      return response.status === 200 && ((await response.json()) as Record<string, unknown>);
    },
    { what: "the run's end" },
  );
}

test("an orchestration started over HTTP completes", async () => {
  const host = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY });
  expect(await runToEnd(host.url)).toMatchObject({ runtimeStatus: "Completed", output: "a" });
});

test("the app's own client uses the hub of its host", async () => {
  const host = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY });
  const response = await fetch(`${host.url}/api/client`);
  expect(await response.text()).toBe(host.hubName);
});

test("a run file describes the host while it runs, without a key", async () => {
  const stateDir = await makeTempDir();
  const host = await startLocalHost({ appDir: APP, stateDir, storage: MEMORY });
  const [found] = await listRunningHosts(stateDir);
  expect(found).toMatchObject({
    url: host.url,
    port: host.port,
    hubName: host.hubName,
    appDir: APP,
    storage: "memory",
  });
  const text = await readFile(path.join(stateDir, "hosts", `${process.pid}-${host.port}.json`), "utf8");
  expect(text).not.toContain("AccountKey");
  await host.stop();
  expect(await listRunningHosts(stateDir)).toEqual([]);
});

test("the next host finds what the previous one left in the hub", async () => {
  const stateDir = await makeTempDir();
  const first = await startLocalHost({ appDir: APP, stateDir });
  const { instanceId } = await runToEnd(first.url);
  await first.stop();
  const second = await startLocalHost({ appDir: APP, stateDir });
  expect(second.hubName).toBe(first.hubName);
  expect(await second.client.getStatus(instanceId as string)).toMatchObject({ runtimeStatus: "Completed" });
  expect(second.possiblyCorruptRuns).toEqual([]);
});

test("a run that is suspended before any work starts stays suspended", async () => {
  const seen: unknown[] = [];
  const host = await startLocalHost({
    appDir: APP,
    stateDir: await makeTempDir(),
    async beforeWork({ client, hubName, storage }) {
      const { instanceId } = await client.start({ name: "chain", instanceId: "older", input: null });
      await client.suspend(instanceId, "not now");
      seen.push(hubName, storage.description, (await client.getStatus(instanceId))?.runtimeStatus);
    },
  });
  expect(seen).toEqual([host.hubName, "disk", "Pending"]);
  const statusOf = async (id: string) => (await host.client.getStatus(id))?.runtimeStatus;
  await waitFor(async () => (await statusOf("older")) === "Suspended", { what: "the suspension" });
  await host.client.resume("older", null);
  await waitFor(async () => (await statusOf("older")) === "Completed", { what: "the run's end" });
});

test("two hosts with separate hubs share an Azurite", async () => {
  const stateDir = await makeTempDir();
  const first = await startLocalHost({ appDir: APP, stateDir, hubName: "FirstHub" });
  const second = await startLocalHost({ appDir: APP, stateDir, hubName: "SecondHub" });
  expect(second.storage.pid).toBe(first.storage.pid);
  const { instanceId } = await runToEnd(second.url);
  expect(await first.client.getStatus(instanceId as string)).toBeNull();
  await first.stop();
  expect(await runToEnd(second.url)).toMatchObject({ runtimeStatus: "Completed" });
});

test("a connection string is used as given", async () => {
  const owner = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY, hubName: "Owner" });
  const storage = parseStorageChoice(owner.storage.connectionString);
  const guest = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage, hubName: "Guest" });
  expect(await runToEnd(guest.url)).toMatchObject({ runtimeStatus: "Completed" });
  expect(guest.storage.description).not.toContain("Key");
});

test("a storage account that does not answer is reported with its URL", async () => {
  const storage = parseStorageChoice(
    "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a",
  );
  const starting = startLocal({ appDir: APP, stateDir: await makeTempDir(), port: 0, storage });
  await expect(starting).rejects.toMatchObject({
    code: "ERR_STORAGE_UNREACHABLE",
    message: expect.stringContaining("http://127.0.0.1:1/a"),
  });
});

test("an app that fails to load leaves nothing running", async () => {
  const appDir = await writeApp({ "main.js": "throw new Error('not today');" });
  const stateDir = await makeTempDir();
  await expect(startLocal({ appDir, stateDir, port: 0 })).rejects.toThrow(/not today/);
  expect(await listRunningHosts(stateDir)).toEqual([]);
  await expect(readFile(path.join(stateDir, "azurite", "running.json"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("an app that fails to load owns no partition of its hub", async () => {
  const owner = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY, hubName: "Owner" });
  const appDir = await writeApp({ "main.js": "throw new Error('not today');" });
  const { connectionString } = owner.storage;
  const storage = parseStorageChoice(connectionString);
  const starting = startLocal({ appDir, stateDir: await makeTempDir(), port: 0, storage, hubName: "Broken" });
  await expect(starting).rejects.toThrow(/not today/);
  const partitions = openStorage(connectionString).table("BrokenPartitions");
  const owners = await Array.fromAsync(partitions.query(), ({ columns }) => columns["CurrentOwner"]);
  expect(owners).toEqual(Array(4).fill(undefined));
});

test("work that is due waits while a changed app does not load, and runs when it does", async () => {
  const appDir = await writeApp({ "main.js": "broken(" });
  const stateDir = await makeTempDir();
  const beforeWork: LocalOptions["beforeWork"] = async ({ client }) => {
    await client.start({ name: "chain", input: null, instanceId: "due" });
  };
  const host = await startLocalHost({ appDir, stateDir, storage: MEMORY, watch: true, beforeWork });
  // Longer than it takes to receive a message and run its function.
  await delay(1_000);
  expect(await host.client.getStatus("due")).toMatchObject({ runtimeStatus: "Pending" });
  await copyFile(path.join(APP, "main.js"), path.join(appDir, "main.js"));
  await waitFor(async () => (await host.client.getStatus("due"))?.runtimeStatus === "Completed");
});

test("the process that owns the requested port is reported", async () => {
  const { port } = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY });
  const starting = startLocal({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY, port });
  await expect(starting).rejects.toMatchObject({
    code: "ERR_PORT_IN_USE",
    message: expect.stringMatching(new RegExp(`^Port ${port} .* It belongs to process ${process.pid} `)),
  });
});

test("a host stops when its signal aborts", async () => {
  const ending = new AbortController();
  const stateDir = await makeTempDir();
  const host = await startLocalHost({ appDir: APP, stateDir, storage: MEMORY, signal: ending.signal });
  const { workerPid } = host;
  ending.abort();
  await host.stop();
  expect(identifyProcess(workerPid as number)).toBeUndefined();
});

test("an aborted start leaves nothing running", async () => {
  const stateDir = await makeTempDir();
  const starting = startLocal({ appDir: APP, stateDir, port: 0, signal: AbortSignal.abort(new Error("too late")) });
  await expect(starting).rejects.toThrow("too late");
  expect(await listRunningHosts(stateDir)).toEqual([]);
});

test("an app that never finishes loading does not delay the end of a start that is aborted", async () => {
  const appDir = await writeApp({ "main.js": "console.log('loading'); for (;;);" });
  const stateDir = await makeTempDir();
  const ending = new AbortController();
  const onLog: LocalOptions["onLog"] = ({ message }) => message === "loading" && ending.abort(new Error("enough"));
  const starting = startLocal({
    appDir,
    stateDir,
    storage: MEMORY,
    port: 0,
    watch: true,
    onLog,
    signal: ending.signal,
  });
  await expect(starting).rejects.toThrow("enough");
});

test("requests from other origins are rejected by the Durable webhook", async () => {
  const host = await startLocalHost({ appDir: APP, stateDir: await makeTempDir(), storage: MEMORY });
  const response = await fetch(`${host.url}/runtime/webhooks/durabletask/orchestrators/chain`, {
    method: "POST",
    headers: { origin: "https://elsewhere.example" },
  });
  expect(response.status).toBe(403);
});

test("a missing state folder has no running hosts", async () => {
  const stateDir = path.join(await makeTempDir(), "none");
  expect(await listRunningHosts(stateDir)).toEqual([]);
});
