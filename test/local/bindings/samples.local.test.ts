// The samples of Microsoft's documentation, on one host.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { openStorage } from "../../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../../local/src/storage/storage-account.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const tempDir = dirsOfFile();
let host: LocalHost;
let storage: StorageAccount;

beforeAll(async () => {
  host = await startLocal({
    appDir: fixtureApp("samples"),
    stateDir: tempDir(),
    storage: { kind: "memory" },
    port: 0,
  });
  storage = openStorage(host.storage.connectionString);
  await storage.container("items").createIfNotExists();
  await storage.container("items").upload("one.txt", Buffer.from("content"));
});
afterAll(() => host?.stop());

const post = async (path: string) => (await fetch(`${host.url}/api/${path}`, { method: "POST" })).status;
const getText = async (path: string) => {
  const response = await fetch(`${host.url}/api/${path}`);
  return [response.status, await response.text()];
};

async function send(queueName: string, text: string): Promise<void> {
  await storage.queue(queueName).createIfNotExists();
  await storage.queue(queueName).send(Buffer.from(text).toString("base64"));
}

/** The next messages in the queue `told`. */
async function told(count: number): Promise<string[]> {
  const texts: string[] = [];
  await waitFor(async () => {
    const messages = await storage
      .queue("told")
      .receive({ count: 32, visibilityTimeoutS: 600 })
      .catch(() => []);
    texts.push(...messages.map(({ text }) => Buffer.from(text, "base64").toString()));
    return texts.length >= count;
  });
  return texts;
}

test("a message specifies which blob is copied", async () => {
  await send("to-copy", "one.txt");
  const copy = () =>
    storage
      .container("items")
      .download("one.txt-Copy")
      .catch(() => undefined);
  expect(String(await waitFor(copy))).toBe("content");
});

test("a property of a message specifies a blob, and an array becomes one message per element", async () => {
  await send("to-read", '{"BlobName":"one.txt"}');
  expect((await told(2)).sort()).toEqual(["one.txt: content", '{"size":1}']);
});

test("a blob name contains the function name and the time", async () => {
  expect(await post("keep")).toBe(201);
  const names: string[] = [];
  for await (const { name } of storage.container("kept").list()) names.push(name);
  expect(names).toEqual([expect.stringMatching(/^keep\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.txt$/)]);
});

test("rows are written, then read by a message or a route", async () => {
  expect(await post("people")).toBe(201);
  await send("to-greet", "2");
  expect(await told(1)).toEqual(["Hello, Name 2"]);
  expect(await getText("people/3")).toEqual([200, '{"PartitionKey":"Test","RowKey":"3","Name":"Name 3"}']);
  expect(await getText("people/4")).toEqual([200, ""]);
});

test.each([
  ["products/electronics/357", 200, "Category: electronics, ID: 357"],
  ["products/electronics", 200, "Category: electronics, ID: undefined"],
  ["products/e1/357", 404, ""],
  ["products/electronics/x", 404, ""],
])("%s is matched against the constraints of its route", async (path, status, text) => {
  expect(await getText(path)).toEqual([status, text]);
});
