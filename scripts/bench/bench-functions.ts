// Functions without orchestrations: requests through the front, queue messages, and a reload of the app.

import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalHost, startLocal } from "@same-kit/local";
import { packageRoot } from "@same-kit/shared";
import { openStorage } from "../../local/src/storage/azure/open-storage.ts";
import type { StorageQueue } from "../../local/src/storage/storage-queue.ts";
import { type Figure, figure, median, sideBySide, timed } from "./figure.ts";

const REQUESTS = 2_000;
const CALLERS = 16;
const MESSAGES = 1_000;
/** The number of messages that the trigger handles at once: a batch, plus the half batch at which it fetches more. */
const HANDLERS = 24;
/** Longer than it takes to send them. */
const HIDDEN_S = 4;
const ROUNDS = 3;
const RELOADS = 5;

const MAIN = `
const { app } = require("@azure/functions");
let handled = 0;
const loadedAt = String(Date.now()) + Math.random();
app.http("hello", { authLevel: "anonymous", handler: async () => ({ body: "hello" }) });
app.http("state", { authLevel: "anonymous", handler: async () => ({ jsonBody: { handled, loadedAt } }) });
app.storageQueue("jobs", { queueName: "jobs", connection: "AzureWebJobsStorage", handler: () => { handled += 1; } });
`;

type State = { handled: number; loadedAt: string };

export async function benchFunctions(folder: string): Promise<Figure[]> {
  const appDir = await writeApp();
  const host = await startLocal({ appDir, stateDir: folder, port: 0, storage: { kind: "memory" } });
  try {
    return [await requests(host), await messages(host), await reloads(host)];
  } finally {
    await host.stop();
  }
}

/** Placed where it finds the packages that it needs. */
async function writeApp(): Promise<string> {
  const folder = path.join(packageRoot(), "dist", "bench", "functions-app");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "functions", main: "main.js" }));
  await writeFile(path.join(folder, "host.json"), JSON.stringify({ version: "2.0" }));
  await writeFile(path.join(folder, "main.js"), MAIN);
  return folder;
}

async function requests(host: LocalHost): Promise<Figure> {
  const server = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bare = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const through = `${host.url}/api/hello`;
    await perSecond(through);
    const { a, b } = await sideBySide(
      ROUNDS,
      () => perSecond(through),
      () => perSecond(bare),
    );
    return figure(`requests to an HTTP function, ${CALLERS} callers`, a, "1/s", {
      yardstick: { name: "a Node server that answers the same", value: b },
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function perSecond(url: string): Promise<number> {
  let left = REQUESTS;
  const call = async () => {
    for (; left > 0; left -= 1) await (await fetch(url)).text();
  };
  const ms = await timed(() => Promise.all(Array.from({ length: CALLERS }, call)));
  return REQUESTS / (ms / 1000);
}

async function messages(host: LocalHost): Promise<Figure> {
  const account = openStorage(host.storage.connectionString);
  const [jobs, plain] = [account.queue("jobs"), account.queue("plain")];
  await Promise.all([jobs.createIfNotExists(), plain.createIfNotExists()]);
  const { a, b } = await sideBySide(
    ROUNDS,
    () => handleAll(host, jobs),
    () => takeAll(plain),
  );
  return figure(`messages of a queue trigger, ${MESSAGES} waiting`, a, "1/s", {
    yardstick: { name: "the same received in batches and deleted, without a function", value: b },
  });
}

/** From the first handled message to the last; all are sent before they become visible. */
async function handleAll(host: LocalHost, queue: StorageQueue): Promise<number> {
  const before = (await stateOf(host)).handled;
  await fill(queue, HIDDEN_S);
  const first = await handledBeyond(host, before);
  const startedAt = performance.now();
  await handledBeyond(host, before + MESSAGES - 1);
  return (before + MESSAGES - first) / ((performance.now() - startedAt) / 1000);
}

async function handledBeyond(host: LocalHost, count: number): Promise<number> {
  for (;;) {
    const { handled } = await stateOf(host);
    if (handled > count) return handled;
    await delay(10);
  }
}

async function takeAll(queue: StorageQueue): Promise<number> {
  await fill(queue);
  let left = MESSAGES;
  const take = async () => {
    while (left > 0) {
      const batch = await queue.receive({ count: 16, visibilityTimeoutS: 60 });
      left -= batch.length;
      await Promise.all(batch.map(({ messageId, popReceipt }) => queue.delete(messageId, popReceipt)));
      if (batch.length === 0) await delay(1);
    }
  };
  const ms = await timed(() => take());
  return MESSAGES / (ms / 1000);
}

async function fill(queue: StorageQueue, visibilityTimeoutS = 0): Promise<void> {
  let left = MESSAGES;
  const send = async () => {
    for (; left > 0; left -= 1) await queue.send(Buffer.from("{}").toString("base64"), { visibilityTimeoutS });
  };
  await Promise.all(Array.from({ length: HANDLERS }, send));
}

/** From the restart request to the first response of the reloaded app. */
async function reloads(host: LocalHost): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < RELOADS; i += 1) {
    const before = (await stateOf(host)).loadedAt;
    times.push(
      await timed(async () => {
        await fetch(`${host.url}/admin/host/restart`, { method: "POST" });
        while ((await stateOf(host)).loadedAt === before) await delay(5);
      }),
    );
  }
  return figure("reload of an app, to its first answer", median(times), "ms");
}

async function stateOf(host: LocalHost): Promise<State> {
  return (await (await fetch(`${host.url}/api/state`)).json()) as State;
}
