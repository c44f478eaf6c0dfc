// Every trigger and binding of Azure Storage, with a real worker and a real Azurite, on one host.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { LogEntry } from "@same-kit/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { openStorage } from "../../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../../local/src/storage/storage-account.ts";
import { ignoring } from "../../../local/src/storage/storage-errors.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

let host: LocalHost;
let stateDir: string;
let storage: StorageAccount;
const entries: LogEntry[] = [];

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(os.tmpdir(), "same-kit-"));
  host = await startLocal({
    port: 0,
    appDir: fixtureApp("bindings"),
    stateDir,
    storage: { kind: "memory" },
    appSettings: { QUEUE: "incoming", Mine: "UseDevelopmentStorage=true" },
    onLog: (entry) => entries.push(entry),
  });
  storage = openStorage(host.storage.connectionString);
});
afterAll(async () => {
  await host?.stop();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 3 });
});

/** The next value reported by a function. */
async function told<Value>(name: string): Promise<Value> {
  const queue = storage.queue(`told-by-${name}`);
  const message = await waitFor(async () => {
    const [first] = (await ignoring([404], queue.receive({ count: 1, visibilityTimeoutS: 60 }))) ?? [];
    return first;
  });
  return JSON.parse(Buffer.from(message.text, "base64").toString("utf8")) as Value;
}

async function send(text: string): Promise<void> {
  const queue = storage.queue("incoming");
  await queue.createIfNotExists();
  await queue.send(Buffer.from(text).toString("base64"));
}

async function upload(containerName: string, name: string, content: string): Promise<void> {
  const container = storage.container(containerName);
  await container.createIfNotExists();
  await container.upload(name, Buffer.from(content), { metadata: { origin: "test" } });
}

describe("a queue trigger", () => {
  test("receives each message once, with the queue's metadata", async () => {
    await send('{"id":7}');
    const { value, metadata } = await told<{ value: unknown; metadata: Record<string, unknown> }>("queued");
    expect(value).toEqual({ id: 7 });
    expect(metadata).toMatchObject({
      queueTrigger: { id: 7 },
      dequeueCount: 1,
      id: expect.any(String),
      sys: { methodName: "queued", utcNow: expect.any(String), randGuid: expect.any(String) },
    });
    expect(Date.parse(String(metadata["insertionTime"]))).toBeLessThan(Date.parse(String(metadata["expirationTime"])));
    await waitFor(
      async () => (await storage.queue("incoming").receive({ count: 1, visibilityTimeoutS: 1 })).length === 0,
    );
  });

  test("moves a message that fails too often to the poison queue", async () => {
    await send("fail");
    expect(await told("poison")).toEqual({ value: "fail" });
    expect(entries.filter(({ message }) => message.startsWith("Executed 'Functions.queued' (Failed"))).toHaveLength(2);
  });

  test("moves a message that cannot be decoded to the poison queue unchanged", async () => {
    await storage.queue("incoming").send("not base64!");
    const moved = await waitFor(() => entries.find(({ message }) => message.includes("is not Base64")));
    expect(moved.fields).toMatchObject({ functionName: "queued" });
  });
});

describe("a blob trigger", () => {
  test("receives each version of a blob that matches its path", async () => {
    await upload("uploads", "a/one.txt", "first");
    const first = await told<{ metadata: Record<string, unknown> }>("uploaded");
    expect(first).toMatchObject({
      bytes: "first",
      metadata: { folder: "a", name: "one", blobTrigger: "uploads/a/one.txt" },
    });
    expect(first.metadata).toMatchObject({
      metadata: { origin: "test" },
      properties: { contentLength: 5 },
      sys: { methodName: "uploaded" },
    });
    await upload("uploads", "a/ignored.png", "x");
    await upload("uploads", "a/one.txt", "second");
    expect(await told("uploaded")).toMatchObject({ bytes: "second" });
  });

  test("adds a blob that fails too often to the poison queue", async () => {
    await upload("uploads", "b/bad.txt", "fail");
    const poison = storage.queue("webjobs-blobtrigger-poison");
    const message = await waitFor(
      async () => (await ignoring([404], poison.receive({ count: 1, visibilityTimeoutS: 60 })))?.[0],
    );
    expect(JSON.parse(Buffer.from(message.text, "base64").toString())).toMatchObject({
      FunctionId: "Host.Functions.uploaded",
      BlobType: "BlockBlob",
      ContainerName: "uploads",
      BlobName: "b/bad.txt",
    });
  });

  test("with source EventGrid answers the handshake and accepts events", async () => {
    const url = `${host.url}/runtime/webhooks/blobs?functionName=Host.Functions.announced`;
    const post = (events: unknown) => fetch(url, { method: "POST", body: JSON.stringify(events) });
    const validation = { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "c" } };
    expect(await (await post([validation])).json()).toEqual({ validationResponse: "c" });
    await upload("announced", "x.txt", "news");
    const subject = "/blobServices/default/containers/announced/blobs/x.txt";
    const answer = await post([{ eventType: "Microsoft.Storage.BlobCreated", subject, data: {} }]);
    expect(answer.status).toBe(202);
    expect(await told("announced")).toEqual({ bytes: "news", name: "x.txt" });
    expect((await fetch(url.replace("announced", "uploaded"), { method: "POST", body: "[]" })).status).toBe(404);
  });

  test("with an SDK binding receives the data that a client is created from", async () => {
    await upload("referred", "c.txt", "content");
    const expected = { ContainerName: "referred", BlobName: "c.txt", Connection: "Mine" };
    expect(await told("referred")).toEqual({ version: "1.0", contentType: "application/json", ...expected });
  });
});

test("a blob is read as text, as bytes, or as the data that a client is created from", async () => {
  await upload("read", "1", "[1,2]");
  const read = async (id: string) => (await fetch(`${host.url}/api/read/${id}`)).json();
  expect(await read("1")).toEqual({
    text: [1, 2],
    bytes: { bytes: "[1,2]" },
    client: {
      version: "1.0",
      contentType: "application/json",
      Connection: "Mine",
      ContainerName: "read",
      BlobName: "1",
    },
  });
  expect(await read("none")).toMatchObject({ text: null, bytes: {} });
});

describe("a table", () => {
  const json = { "content-type": "application/json" };
  const post = (rows: unknown) =>
    fetch(`${host.url}/api/rows`, { method: "POST", headers: json, body: JSON.stringify(rows) });
  const get = async (path: string): Promise<unknown> => (await fetch(`${host.url}/api/${path}`)).json();

  test("accepts rows, and returns one by its keys", async () => {
    const rows = [
      {
        PartitionKey: "p",
        RowKey: "1",
        Name: "é",
        Size: 1.5,
        Is: true,
        When: "2026-01-02T03:04:05.000Z",
        Nested: { a: 1 },
      },
      { RowKey: "2" },
    ];
    expect((await post(rows)).status).toBe(201);
    expect(await get("rows/p/1")).toMatchObject({
      ...rows[0],
      Nested: '{"a":1}',
      When: expect.stringMatching(/^2026-01-02T03:04:05/),
    });
    expect(await get("rows/of-the-binding/2")).toEqual({ PartitionKey: "of-the-binding", RowKey: "2" });
    expect(await get("rows/p/none")).toBe("none");
    expect((await post(rows[0])).status).toBe(500);
  });

  test("returns the rows that match a filter, up to the requested number", async () => {
    await post([1, 2, 3, 4, 5].map((n) => ({ PartitionKey: "many", RowKey: String(n), n, even: n % 2 === 0 })));
    const find = async (filter: string) => {
      const found = (await get(`find?filter=${encodeURIComponent(filter)}`)) as { n: number }[];
      return found.map(({ n }) => n);
    };
    expect(await find("PartitionKey eq 'many'")).toEqual([1, 2, 3]);
    expect(await find("PartitionKey eq 'many' and (n ge 4 or not (even eq false) and n ne 4)")).toEqual([2, 4, 5]);
    expect((await fetch(`${host.url}/api/find?filter=${encodeURIComponent("n gt")}`)).status).toBe(500);
  });
});

test("a failing timer is retried by its own policy, and receives the retry count", async () => {
  const expected = { attempts: 3, retryCount: 2, maxRetryCount: 3, last: "attempt 2" };
  expect(await told("retried")).toEqual(expected);
});

test("a warmup function runs at startup and on request", async () => {
  const runs = () => entries.filter(({ message }) => message.startsWith("Executed 'Functions.warm' (Succeeded")).length;
  await waitFor(() => runs() === 1);
  expect((await fetch(`${host.url}/admin/warmup`)).status).toBe(200);
  expect(runs()).toBe(2);
});

test("a hook after a successful call receives no error", async () => {
  await waitFor(() => entries.some(({ message }) => message.includes('post: {"error":null,"result":"warm"}')));
});
