import { silentLogger } from "@same-kit/shared";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type InspectedPlace, inspectElsewhere, type LocalHost, startLocal } from "../../../local/src/index.ts";
import {
  type Home,
  type HubState,
  type InstanceDetail,
  type InstanceList,
  TOKEN_HEADER,
} from "../../../local/src/inspector/api.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const tempDir = dirsOfFile();
let stateDir: string;
let host: LocalHost;

beforeAll(async () => {
  stateDir = tempDir();
  host = await startLocal({
    port: 0,
    stateDir,
    appDir: fixtureApp("patterns"),
    storage: { kind: "memory" },
    inspector: {},
  });
  await host.client.start({ name: "chain", instanceId: "done", input: '["a","b"]' });
  await host.client.start({ name: "approval", instanceId: "waiting", input: "600000" });
  await waitFor(async () => (await host.client.getStatus("done"))?.runtimeStatus === "Completed");
  await waitFor(async () => (await host.client.getStatus("waiting"))?.runtimeStatus === "Running");
});
afterAll(() => host?.stop());

async function inspect(place: InspectedPlace) {
  const { signal } = new AbortController();
  const server = await inspectElsewhere({ place, stateDir, port: 0, log: silentLogger, signal });
  onTestFinished(() => server.stop());
  const get = async <Answer>(path: string) => (await (await fetch(`${server.url}${path}`)).json()) as Answer;
  return { url: server.url, get };
}

const app = (): InspectedPlace => ({ kind: "app", url: host.url, managementKey: null, fetch });
const storage = (): InspectedPlace => ({
  kind: "storage",
  storage: { kind: "connection-string", connectionString: host.storage.connectionString },
  hubName: host.hubName,
});

test.each([
  [
    "an app by its management API",
    app,
    { hub: false, runs: false, events: false, sources: false, traces: false, actions: true },
  ],
  [
    "a task hub by its storage",
    storage,
    { hub: true, runs: false, events: false, sources: false, traces: false, actions: true },
  ],
] as const)("%s can be inspected and changed", async (_name, place, can) => {
  const { url, get } = await inspect(place());
  const home = await get<Home>("api/home");
  expect(home.can).toEqual(can);
  expect(JSON.stringify(home)).not.toContain("AccountKey");
  const { instances } = await get<InstanceList>("api/instances");
  expect(instances.map(({ id }) => id).toSorted()).toEqual(expect.arrayContaining(["done", "waiting"]));
  const detail = await get<InstanceDetail>("api/instance?id=done");
  expect(detail).toMatchObject({ name: "chain", status: "Completed", output: { json: ["Hello a", "Hello b"] } });
  expect(detail.history.map(({ type }) => type)).toEqual([
    "ExecutionStarted",
    "TaskCompleted",
    "TaskCompleted",
    "ExecutionCompleted",
  ]);
  const suspend = await fetch(`${url}api/instance/suspend?id=waiting`, {
    method: "POST",
    headers: { [TOKEN_HEADER]: home.token, "content-type": "application/json" },
    body: "{}",
  });
  expect(suspend.status).toBe(200);
  await waitFor(async () => (await host.client.getStatus("waiting"))?.runtimeStatus === "Suspended");
  await host.client.resume("waiting", null);
  await waitFor(async () => (await host.client.getStatus("waiting"))?.runtimeStatus === "Running");
});

test("the hub of a storage account shows which host reads its queues", async () => {
  const { get } = await inspect(storage());
  const { partitions, workItems } = await get<HubState>("api/hub");
  expect(partitions).toHaveLength(4);
  expect(partitions.map(({ owner }) => owner === null)).toEqual([false, false, false, false]);
  // The timer of the waiting instance.
  expect(partitions.map(({ messages }) => messages ?? 0).reduce((sum, it) => sum + it)).toBeGreaterThan(0);
  expect(workItems.messages).toBe(0);
});

test("a missing hub is an error with its name", async () => {
  const place = { ...storage(), hubName: "Missing" } as InspectedPlace;
  await expect(inspect(place)).rejects.toMatchObject({
    code: "ERR_HUB_NOT_FOUND",
    message: expect.stringContaining("Missing"),
  });
});

test("the page has a secret in its path, and rejects requests from other sites", async () => {
  const { url } = await inspect(app());
  const { origin, pathname } = new URL(url);
  expect(pathname.length).toBeGreaterThan(20);
  expect((await fetch(`${origin}/`)).status).toBe(404);
  expect((await fetch(`${origin}/api/home`)).status).toBe(404);
  expect((await fetch(`${url}api/home`, { headers: { origin: "http://evil.example" } })).status).toBe(403);
  expect((await fetch(`${url}api/home`)).status).toBe(200);
});

test("a host's home page links to its inspector", async () => {
  const home = await (await fetch(`${host.url}/`)).text();
  const [, link = ""] = /<a href="(\/runtime[^"]+)">Inspector/.exec(home) ?? [];
  expect(`${host.url}${link}`).toBe(host.inspectorUrl);
  const page = await fetch(`${host.url}${link}`);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await page.text()).toContain('<div id="page">');
});
