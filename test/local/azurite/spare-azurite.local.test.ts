import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { QueueServiceClient } from "@azure/storage-queue";
import { expect, onTestFinished, test } from "vitest";
import { newAccountKey } from "../../../local/src/azurite/account-key.ts";
import {
  type ChildMessage,
  type ChildOptions,
  type Order,
  READY,
  SPARE_ARGUMENT,
  type Waiting,
} from "../../../local/src/azurite/child/child-options.ts";
import {
  type AzuriteOptions,
  createEntranceAgent,
  type RunningAzurite,
  SpareAzurite,
  startAzurite,
} from "../../../local/src/azurite/index.ts";
import { openStorageLater } from "../../../local/src/storage/azure/open-storage.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function start(azuriteDir: string, options: Partial<AzuriteOptions> = {}): Promise<RunningAzurite> {
  const azurite = await startAzurite({ azuriteDir, data: "disk", ...options });
  onTestFinished(() => azurite.stop());
  return azurite;
}

async function startFromSpare(azuriteDir: string): Promise<RunningAzurite> {
  const spare = new SpareAzurite(process.env);
  onTestFinished(() => spare.discard());
  return start(azuriteDir, { spare });
}

const queue = ({ connectionString }: RunningAzurite) =>
  QueueServiceClient.fromConnectionString(connectionString).getQueueClient("kept");

test("a spare process becomes the Azurite of a folder, with its data, its key and its ports", async () => {
  const dir = await makeTempDir();
  const first = await start(dir);
  await queue(first).create();
  await first.stop();
  const second = await startFromSpare(dir);
  await second.ready;
  expect(second.ports).toEqual(first.ports);
  expect(second.connectionString).toBe(first.connectionString);
  expect(await queue(second).exists()).toBe(true);
  await second.stop();
  const third = await start(dir);
  await third.ready;
  expect(third.hasLostWrites).toBe(false);
});

test("requests of the host that are sent before it is ready are answered", async () => {
  const { connectionString, ports, entrance } = await startFromSpare(await makeTempDir());
  const account = openStorageLater(connectionString, entrance && createEntranceAgent(ports, entrance));
  await expect(account.ping()).resolves.toBeUndefined();
});

test("a client that leaves while it waits does not end it", async () => {
  const child = fork(path.resolve("dist/azurite/main.cjs"), [SPARE_ARGUMENT], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [{ entrancePort }] = (await once(child, "message")) as [Waiting];
  const client = net.connect(entrancePort, "127.0.0.1");
  await once(client, "connect");
  client.resetAndDestroy();
  await once(client, "close");
  const options: ChildOptions = {
    location: null,
    ports: { blob: 0, queue: 0, table: 0 },
    entrancePort,
    socketFds: null,
    allowUsers: [],
    sharing: null,
    ownLogFile: null,
  };
  const logFile = path.join(await makeTempDir(), "azurite.log");
  const order: Order = { kind: "open", options, accountKey: newAccountKey(), logFile };
  child.send(order);
  const next = await Promise.race([once(child, "message"), once(child, "exit")]);
  expect(next[0]).toEqual(READY);
});

test("others find its folder by its ports, and share it", async () => {
  const dir = await makeTempDir();
  const first = await startFromSpare(dir);
  await first.ready;
  const second = await start(await makeTempDir(), { ports: first.ports });
  expect(second).toMatchObject({ isShared: true, pid: first.pid, connectionString: first.connectionString });
});

test("its output is in the log of its folder, with the reason if it cannot open the data", async () => {
  const dir = await makeTempDir();
  const first = await start(dir);
  await queue(first).create();
  await first.stop();
  await writeFile(path.join(dir, "data", "__azurite_db_queue__.json"), "damaged");
  const second = await startFromSpare(dir);
  await expect(second.ready).rejects.toMatchObject({ code: "ERR_AZURITE_DATA_DAMAGED" });
  expect(await readFile(path.join(dir, "azurite.log"), "utf8")).toContain("__azurite_db_queue__.json");
});

test("a spare process that has ended is replaced by a new one", async () => {
  const spare = new SpareAzurite(process.env);
  spare.discard();
  const azurite = await start(await makeTempDir(), { spare });
  await azurite.ready;
  await expect(queue(azurite).create()).resolves.toBeDefined();
});

test.each(["immediately", "once it waits"])("a spare process whose parent has gone %s ends", async (when) => {
  const child = fork(path.resolve("dist/azurite/main.cjs"), [SPARE_ARGUMENT], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  if (when !== "immediately") {
    const [message] = (await once(child, "message")) as [ChildMessage];
    expect(message).toMatchObject({ kind: "waiting", entrancePort: expect.any(Number) });
  }
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
