// Behaviour that the patches in scripts/azurite-bundle must not change, as seen by Azure's own clients.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { odata, TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { describe, expect, onTestFinished, test } from "vitest";
import { type RunningAzurite, startAzurite } from "../../../local/src/azurite/index.ts";
import { newGuidN } from "../../../local/src/shared/ids.ts";
import { useAzurite } from "../../helpers/azurite.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();
const connection = () => storage().connectionString;

async function makeTable(connectionString = connection()): Promise<TableClient> {
  const table = TableClient.fromConnectionString(connectionString, `T${newGuidN()}`, { allowInsecureConnection: true });
  await table.createTable();
  return table;
}

async function listed(table: TableClient, filter?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { partitionKey, rowKey } of table.listEntities(
    filter === undefined ? {} : { queryOptions: { filter } },
  )) {
    found.push(`${partitionKey}/${rowKey}`);
  }
  return found;
}

describe("a table", () => {
  test("keeps keys distinct that look like the same number", async () => {
    const table = await makeTable();
    await table.createEntity({ partitionKey: "1", rowKey: "01", value: "a" });
    await table.createEntity({ partitionKey: "1", rowKey: "1", value: "b" });
    await table.createEntity({ partitionKey: "1.0", rowKey: "", value: "c" });
    expect(await table.getEntity("1", "1")).toMatchObject({ value: "b" });
    await expect(table.getEntity("1", "1.0")).rejects.toMatchObject({ statusCode: 404 });
    await table.deleteEntity("1", "01");
    expect(await listed(table)).toEqual(["1/1", "1.0/"]);
  });

  test("rolls back a whole batch that fails in the middle", async () => {
    const table = await makeTable();
    await table.createEntity({ partitionKey: "p", rowKey: "old", value: 1 });
    await table.createEntity({ partitionKey: "p", rowKey: "taken", value: 1 });
    const batch = table.submitTransaction([
      ["update", { partitionKey: "p", rowKey: "old", value: 2 }, "Replace"],
      ["create", { partitionKey: "p", rowKey: "new", value: 2 }],
      ["create", { partitionKey: "p", rowKey: "taken", value: 2 }],
    ]);
    await expect(batch).rejects.toMatchObject({ statusCode: 409 });
    expect(await table.getEntity("p", "old")).toMatchObject({ value: 1 });
    expect(await listed(table)).toEqual(["p/old", "p/taken"]);
  });

  test("rejects a write with an outdated ETag, and accepts one with the current ETag", async () => {
    const table = await makeTable();
    const { etag = "" } = await table.createEntity({ partitionKey: "p", rowKey: "r", value: 1 });
    await table.updateEntity({ partitionKey: "p", rowKey: "r", value: 2 }, "Merge", { etag });
    const outdated = table.updateEntity({ partitionKey: "p", rowKey: "r", value: 3 }, "Replace", { etag });
    await expect(outdated).rejects.toMatchObject({ statusCode: 412 });
    expect(await table.getEntity("p", "r")).toMatchObject({ value: 2 });
  });

  test("returns a query of one partition in pages, sorted, without other partitions", async () => {
    const table = await makeTable();
    for (const partitionKey of ["b", "a", "c"]) {
      for (const rowKey of ["3", "1", "2"]) await table.createEntity({ partitionKey, rowKey });
    }
    const pages: string[][] = [];
    const filter = odata`PartitionKey eq ${"a"} and RowKey ge ${"1"}`;
    for await (const page of table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 2 })) {
      pages.push(page.map(({ rowKey }) => rowKey ?? ""));
    }
    expect(pages).toEqual([["1", "2"], ["3"]]);
    expect(await listed(table, odata`PartitionKey eq ${"a"} or RowKey eq ${"3"}`)).toEqual([
      "a/1",
      "a/2",
      "a/3",
      "b/3",
      "c/3",
    ]);
  });
});

describe("a queue", () => {
  async function makeQueue() {
    const queue = QueueServiceClient.fromConnectionString(connection()).getQueueClient(`q${newGuidN()}`);
    await queue.create();
    return queue;
  }

  test("delivers its messages in order, each once", async () => {
    const queue = await makeQueue();
    for (const text of ["1", "2", "3"]) await queue.sendMessage(text);
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 2 });
    expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(["1", "2"]);
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual(["3"]);
    expect(await queue.getProperties()).toMatchObject({ approximateMessagesCount: 3 });
  });

  test("accepts a change only with the latest pop receipt", async () => {
    const queue = await makeQueue();
    const { messageId, popReceipt } = await queue.sendMessage("first", { visibilityTimeout: 60 });
    const { popReceipt: next = "" } = await queue.updateMessage(messageId, popReceipt, "second", 0);
    await expect(queue.deleteMessage(messageId, popReceipt)).rejects.toMatchObject({ statusCode: 400 });
    const { receivedMessageItems } = await queue.receiveMessages();
    expect(receivedMessageItems).toMatchObject([{ messageText: "second", dequeueCount: 1 }]);
    await expect(queue.deleteMessage(messageId, next)).rejects.toMatchObject({ statusCode: 400 });
    await queue.deleteMessage(messageId, receivedMessageItems[0]?.popReceipt ?? "");
    expect((await queue.peekMessages()).peekedMessageItems).toEqual([]);
  });
});

describe("data on disk", () => {
  async function startOnDisk(azuriteDir: string): Promise<RunningAzurite> {
    const azurite = await startAzurite({ azuriteDir, data: "disk" });
    onTestFinished(() => azurite.stop());
    await azurite.ready;
    return azurite;
  }
  const blobOf = ({ connectionString }: RunningAzurite) =>
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient("kept").getBlockBlobClient("large");
  const queueOf = ({ connectionString }: RunningAzurite) =>
    QueueServiceClient.fromConnectionString(connectionString).getQueueClient("kept");

  async function fill(azurite: RunningAzurite, content: Buffer): Promise<string> {
    const table = await makeTable(azurite.connectionString);
    await table.createEntity({ partitionKey: "p", rowKey: "r", value: 1 });
    await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("kept").create();
    await blobOf(azurite).uploadData(content);
    await queueOf(azurite).create();
    await queueOf(azurite).sendMessage("a message");
    return table.tableName;
  }

  async function expectAll(azurite: RunningAzurite, tableName: string, content: Buffer): Promise<void> {
    const table = TableClient.fromConnectionString(azurite.connectionString, tableName, {
      allowInsecureConnection: true,
    });
    expect(await table.getEntity("p", "r")).toMatchObject({ value: 1 });
    expect(content.equals(await blobOf(azurite).downloadToBuffer())).toBe(true);
    const { receivedMessageItems } = await queueOf(azurite).receiveMessages();
    expect(receivedMessageItems).toMatchObject([{ messageText: "a message" }]);
  }

  /** The content of a service's files. */
  function savedBy(dir: string, service: string): string {
    const file = path.join(dir, "data", `__azurite_db_${service}__.json`);
    return [file, `${file}.journal`].map((it) => (existsSync(it) ? readFileSync(it, "utf8") : "")).join("\n");
  }

  test("survives a clean stop", async () => {
    const dir = await makeTempDir();
    const content = randomBytes(1_000_000);
    const first = await startOnDisk(dir);
    const tableName = await fill(first, content);
    await first.stop();
    await expectAll(await startOnDisk(dir), tableName, content);
  });

  test("survives a kill -9 once it is saved", async () => {
    const dir = await makeTempDir();
    const content = randomBytes(1_000_000);
    const first = await startOnDisk(dir);
    const tableName = await fill(first, content);
    const marks = { blob: '"large"', queue: '"messageId"', table: '"RowKey":"r"' };
    for (const [service, mark] of Object.entries(marks)) {
      await waitFor(() => savedBy(dir, service).includes(mark), { what: `a save of the ${service} service` });
    }
    const { lost } = first;
    process.kill(first.pid as number, "SIGKILL");
    await lost;
    await first.stop();
    await expectAll(await startOnDisk(dir), tableName, content);
  });
});
