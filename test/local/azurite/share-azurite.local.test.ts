import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { QueueServiceClient } from "@azure/storage-queue";
import { identifyProcess, isProcessAlive, type ProcessIdentity } from "@same-kit/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { OPEN_MARK } from "../../../local/src/azurite/child/child-options.ts";
import { type AzuriteOptions, type RunningAzurite, startAzurite } from "../../../local/src/azurite/index.ts";
import { startAzuriteUser } from "../../helpers/azurite-user.ts";
import { startForeignAzurite } from "../../helpers/foreign-azurite.ts";
import { recordingLogger } from "../../helpers/recording-logger.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

async function start(azuriteDir: string, options: Partial<AzuriteOptions> = {}): Promise<RunningAzurite> {
  const azurite = await startAzurite({ azuriteDir, data: "disk", ...options });
  onTestFinished(() => azurite.stop());
  await azurite.ready;
  return azurite;
}

const queues = (azurite: RunningAzurite) => QueueServiceClient.fromConnectionString(azurite.connectionString);
const identify = (azurite: RunningAzurite) => identifyProcess(azurite.pid as number) as ProcessIdentity;

test("data survives a stop, the ports stay the same, and no writes are reported lost", async () => {
  const dir = await makeTempDir();
  const first = await start(dir);
  await queues(first).getQueueClient("kept").create();
  const process = identify(first);
  await first.stop();
  expect(isProcessAlive(process)).toBe(false);

  const second = await start(dir);
  expect(second.ports).toEqual(first.ports);
  expect(second.hasLostWrites).toBe(false);
  expect(await queues(second).getQueueClient("kept").exists()).toBe(true);
});

test("requests sent before Azurite is ready are answered", async () => {
  const azurite = await startAzurite({ azuriteDir: await makeTempDir(), data: "disk" });
  onTestFinished(() => azurite.stop());
  await expect(queues(azurite).getQueueClient("early").create()).resolves.toBeDefined();
});

test("data in memory is lost when Azurite stops", async () => {
  const dir = await makeTempDir();
  const first = await start(dir, { data: "memory" });
  await queues(first).getQueueClient("gone").create();
  await first.stop();
  const second = await start(dir, { data: "memory" });
  expect(await queues(second).getQueueClient("gone").exists()).toBe(false);
});

test("a second user shares Azurite, and only the last user stops it", async () => {
  const dir = await makeTempDir();
  const first = await start(dir);
  const second = await start(dir);
  expect(second).toMatchObject({ isShared: true, pid: first.pid, ports: first.ports });
  const process = identify(first);
  await first.stop();
  expect(isProcessAlive(process)).toBe(true);
  await second.stop();
  expect(isProcessAlive(process)).toBe(false);
});

test("many concurrent starts share one Azurite", async () => {
  const dir = await makeTempDir();
  const all = await Promise.all(Array.from({ length: 5 }, () => start(dir)));
  expect(new Set(all.map((it) => it.pid)).size).toBe(1);
  expect(all.filter((it) => !it.isShared)).toHaveLength(1);
});

test("after its only user is killed, Azurite saves its data and removes its lock before it exits", async () => {
  const dir = await makeTempDir();
  await killUser(dir);
  expect((await readdir(dir)).sort()).toEqual(["account-key", "azurite.log", "data", "ports.json", "users"]);
  expect(await readdir(path.join(dir, "data"))).not.toContain(OPEN_MARK);
});

test("a folder that was removed after a kill is not created again", async () => {
  const dir = path.join(await makeTempDir(), "azurite");
  await killUser(dir, () => rm(dir, { recursive: true, maxRetries: 3 }));
  expect(existsSync(dir)).toBe(false);
});

/** Kills the only user of a folder's Azurite, and waits until Azurite has exited. */
async function killUser(dir: string, afterKill = async () => {}): Promise<void> {
  const user = await startAzuriteUser(dir);
  const process = identifyProcess(user.azuritePid) as ProcessIdentity;
  user.process.kill("SIGKILL");
  await once(user.process, "exit");
  await afterKill();
  await waitFor(() => !isProcessAlive(process));
}

test("when the process that started it is killed, Azurite runs on for its other user and exits after that one", async () => {
  const dir = await makeTempDir();
  const starter = await startAzuriteUser(dir);
  const mine = await start(dir);
  expect(mine.pid).toBe(starter.azuritePid);
  const process = identify(mine);
  starter.process.kill("SIGKILL");
  await once(starter.process, "exit");
  await expect(queues(mine).getQueueClient("still-there").create()).resolves.toBeDefined();
  await mine.stop();
  expect(isProcessAlive(process)).toBe(false);
});

test("when its only user is killed, Azurite exits without losing writes", async () => {
  const dir = await makeTempDir();
  const user = await startAzuriteUser(dir);
  const process = identifyProcess(user.azuritePid) as ProcessIdentity;
  user.process.kill("SIGKILL");
  await waitFor(() => !isProcessAlive(process), { what: "Azurite's end" });
  expect((await start(dir)).hasLostWrites).toBe(false);
});

test("a crash of Azurite is reported, and the next start reports lost writes", async () => {
  const dir = await makeTempDir();
  const azurite = await start(dir);
  process.kill(azurite.pid as number, "SIGKILL");
  await expect(azurite.lost).resolves.toMatchObject({ code: "ERR_AZURITE_LOST" });
  await azurite.stop();
  const next = await start(dir);
  expect(next.hasLostWrites).toBe(true);
  // A host that joins it may also have runs from before the crash.
  expect((await start(dir)).hasLostWrites).toBe(true);
});

test("a crash of Azurite is also reported to a user that did not start it", async () => {
  const dir = await makeTempDir();
  const starter = await startAzuriteUser(dir);
  const mine = await start(dir);
  process.kill(starter.azuritePid, "SIGKILL");
  await expect(mine.lost).resolves.toMatchObject({ code: "ERR_AZURITE_LOST" });
});

test("a foreign Azurite on the requested ports is used and left running, with a warning about what it exposes", async () => {
  const foreign = await startForeignAzurite();
  const log = recordingLogger();
  const guest = await start(await makeTempDir(), { ports: foreign.ports, log });
  expect(guest).toMatchObject({ isShared: true, isForeign: true });
  expect(log.lines).toEqual([expect.stringContaining("accepts the well-known key of all emulators: any web page")]);
  await queues(guest).getQueueClient("still-there").create();
  await guest.stop();
  expect((await fetch(`http://127.0.0.1:${foreign.ports.queue}/`)).headers.get("server")).toContain("Azurite-Queue");
});

test("the Azurite of another state folder on the requested ports is shared with its own key", async () => {
  const other = await start(await makeTempDir());
  const guest = await start(await makeTempDir(), { ports: other.ports });
  expect(guest).toMatchObject({ isShared: true, isForeign: false, connectionString: other.connectionString });
  const process = identify(other);
  await other.stop();
  await expect(queues(guest).getQueueClient("still-there").create()).resolves.toBeDefined();
  await guest.stop();
  expect(isProcessAlive(process)).toBe(false);
});

test("another host's in-memory Azurite is not shared, and the error identifies its process", async () => {
  const other = await start(await makeTempDir(), { data: "memory" });
  await expect(start(await makeTempDir(), { ports: other.ports })).rejects.toMatchObject({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: expect.stringContaining(`another host (process ${other.pid}), which keeps its data in memory`),
  });
});

describe("a busy Azurite", () => {
  /** A stopped process accepts connections without answering, like one that is busy for a long time. */
  function pause(azuritePid: number): () => void {
    process.kill(azuritePid, "SIGSTOP");
    const go = () => void process.kill(azuritePid, "SIGCONT");
    onTestFinished(go);
    return go;
  }

  test.each(["the same", "another"])(
    "is waited for by a host of %s state folder, and the wait is logged",
    async (whose) => {
      const dir = await makeTempDir();
      const first = await start(dir);
      const resume = pause(first.pid as number);
      const log = recordingLogger();
      const asked = whose === "another" ? { azuriteDir: await makeTempDir(), ports: first.ports } : { azuriteDir: dir };
      const second = await startAzurite({ ...asked, data: "disk", log });
      onTestFinished(() => second.stop());
      expect(second).toMatchObject({ isShared: true, pid: first.pid });
      await waitFor(() => log.lines.length > 0, { what: "a line about the wait" });
      expect(log.lines).toEqual([`Azurite is busy and does not answer yet; waiting for it. process=${first.pid}`]);
      resume();
      await second.ready;
      await expect(queues(second).getQueueClient("answers").create()).resolves.toBeDefined();
    },
  );

  test("is waited for if it is foreign", async () => {
    const foreign = await startForeignAzurite();
    const resume = pause(foreign.pid);
    const log = recordingLogger();
    const starting = start(await makeTempDir(), { ports: foreign.ports, log });
    await waitFor(() => log.lines.length > 0, { what: "a line about the wait" });
    expect(log.lines[0]).toContain(`waiting for it. process=${foreign.pid}`);
    resume();
    expect(await starting).toMatchObject({ isForeign: true });
  });
});

test("a requested port in use by another program is rejected with the program's process ID", async () => {
  const server = net.createServer((socket) => socket.end("no Azurite\r\n")).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const wanted = startAzurite({
    azuriteDir: await makeTempDir(),
    data: "disk",
    ports: { blob: port, queue: port + 1, table: port + 2 },
  });
  await expect(wanted).rejects.toMatchObject({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: expect.stringMatching(
      new RegExp(`port ${port}, wanted for Azurite's blob service, .*process ${process.pid} `),
    ),
  });
});

test("the error for swapped ports says which service owns the port", async () => {
  const { ports } = await startForeignAzurite();
  const swapped = { blob: ports.queue, queue: ports.blob, table: ports.table };
  await expect(startAzurite({ azuriteDir: await makeTempDir(), data: "disk", ports: swapped })).rejects.toThrow(
    /wanted for Azurite's blob service, belongs to the queue service of Azurite/,
  );
});

test("ports that differ from those of the running Azurite are rejected", async () => {
  const dir = await makeTempDir();
  await start(dir);
  const other = startAzurite({ azuriteDir: dir, data: "disk", ports: { blob: 1, queue: 2, table: 3 } });
  await expect(other).rejects.toMatchObject({ code: "ERR_AZURITE_RUNS_ELSEWHERE" });
});

test("a failed start of Azurite reports the reason", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "data"), "a file where its folder belongs");
  const azurite = await startAzurite({ azuriteDir: dir, data: "disk" });
  onTestFinished(() => azurite.stop());
  await expect(azurite.ready).rejects.toMatchObject({
    code: "ERR_AZURITE_NOT_READY",
    message: expect.stringContaining("ENOTDIR"),
  });
});
