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

test("data outlive a stop, on the same ports, and nothing counts as lost", async () => {
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

test("requests sent before it is ready are answered", async () => {
  const azurite = await startAzurite({ azuriteDir: await makeTempDir(), data: "disk" });
  onTestFinished(() => azurite.stop());
  await expect(queues(azurite).getQueueClient("early").create()).resolves.toBeDefined();
});

test("what is kept in memory ends with it", async () => {
  const dir = await makeTempDir();
  const first = await start(dir, { data: "memory" });
  await queues(first).getQueueClient("gone").create();
  await first.stop();
  const second = await start(dir, { data: "memory" });
  expect(await queues(second).getQueueClient("gone").exists()).toBe(false);
});

test("a second user joins it, and only the last one ends it", async () => {
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

test("many that start at once share one", async () => {
  const dir = await makeTempDir();
  const all = await Promise.all(Array.from({ length: 5 }, () => start(dir)));
  expect(new Set(all.map((it) => it.pid)).size).toBe(1);
  expect(all.filter((it) => !it.isShared)).toHaveLength(1);
});

test("after a kill it ends with its data saved and without its lock", async () => {
  const dir = await makeTempDir();
  await killUser(dir);
  expect((await readdir(dir)).sort()).toEqual(["account-key", "azurite.log", "data", "ports.json", "users"]);
  expect(await readdir(path.join(dir, "data"))).not.toContain(OPEN_MARK);
});

test("a folder that was removed after a kill is not made again", async () => {
  const dir = path.join(await makeTempDir(), "azurite");
  await killUser(dir, () => rm(dir, { recursive: true, maxRetries: 3 }));
  expect(existsSync(dir)).toBe(false);
});

/** Ends the one user of a folder's Azurite, and waits for the end of that. */
async function killUser(dir: string, afterKill = async () => {}): Promise<void> {
  const user = await startAzuriteUser(dir);
  const process = identifyProcess(user.azuritePid) as ProcessIdentity;
  user.process.kill("SIGKILL");
  await once(user.process, "exit");
  await afterKill();
  await waitFor(() => !isProcessAlive(process));
}

test("when its starter is killed it goes on for its other user, and ends after that one", async () => {
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

test("when its only user is killed it saves what it has and ends", async () => {
  const dir = await makeTempDir();
  const user = await startAzuriteUser(dir);
  const process = identifyProcess(user.azuritePid) as ProcessIdentity;
  user.process.kill("SIGKILL");
  await waitFor(() => !isProcessAlive(process), { what: "Azurite's end" });
  expect((await start(dir)).hasLostWrites).toBe(false);
});

test("its death is reported, and the next start tells that writes are lost", async () => {
  const dir = await makeTempDir();
  const azurite = await start(dir);
  process.kill(azurite.pid as number, "SIGKILL");
  await expect(azurite.lost).resolves.toMatchObject({ code: "ERR_AZURITE_LOST" });
  await azurite.stop();
  const next = await start(dir);
  expect(next.hasLostWrites).toBe(true);
  // A host that joins it may have runs from before the crash, too.
  expect((await start(dir)).hasLostWrites).toBe(true);
});

test("one who shares it learns of its death too", async () => {
  const dir = await makeTempDir();
  const starter = await startAzuriteUser(dir);
  const mine = await start(dir);
  process.kill(starter.azuritePid, "SIGKILL");
  await expect(mine.lost).resolves.toMatchObject({ code: "ERR_AZURITE_LOST" });
});

test("an Azurite of somebody else on the wanted ports is used and left running, and what it exposes is said", async () => {
  const foreign = await startForeignAzurite();
  const log = recordingLogger();
  const guest = await start(await makeTempDir(), { ports: foreign.ports, log });
  expect(guest).toMatchObject({ isShared: true, isForeign: true });
  expect(log.lines).toEqual([expect.stringContaining("takes the public key of all emulators: any web page")]);
  await queues(guest).getQueueClient("still-there").create();
  await guest.stop();
  expect((await fetch(`http://127.0.0.1:${foreign.ports.queue}/`)).headers.get("server")).toContain("Azurite-Queue");
});

test("the Azurite of another state folder on the wanted ports is shared with its own key", async () => {
  const other = await start(await makeTempDir());
  const guest = await start(await makeTempDir(), { ports: other.ports });
  expect(guest).toMatchObject({ isShared: true, isForeign: false, connectionString: other.connectionString });
  const process = identify(other);
  await other.stop();
  await expect(queues(guest).getQueueClient("still-there").create()).resolves.toBeDefined();
  await guest.stop();
  expect(isProcessAlive(process)).toBe(false);
});

test("the Azurite of another host with its data in memory is not shared, and is named", async () => {
  const other = await start(await makeTempDir(), { data: "memory" });
  await expect(start(await makeTempDir(), { ports: other.ports })).rejects.toMatchObject({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: expect.stringContaining(`another host (process ${other.pid}), which keeps its data in memory`),
  });
});

describe("one that is busy", () => {
  /** A stopped process takes connections and answers none, as one that is busy for long. */
  function pause(azuritePid: number): () => void {
    process.kill(azuritePid, "SIGSTOP");
    const go = () => void process.kill(azuritePid, "SIGCONT");
    onTestFinished(go);
    return go;
  }

  test.each(["its own", "another"])("is waited for by a host of %s state folder, which says so", async (whose) => {
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
  });

  test("is waited for where it is somebody else's", async () => {
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

test("a wanted port of another program is refused with that program's name", async () => {
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

test("ports in the wrong order are explained", async () => {
  const { ports } = await startForeignAzurite();
  const swapped = { blob: ports.queue, queue: ports.blob, table: ports.table };
  await expect(startAzurite({ azuriteDir: await makeTempDir(), data: "disk", ports: swapped })).rejects.toThrow(
    /wanted for Azurite's blob service, belongs to the queue service of Azurite/,
  );
});

test("other ports than those of the running one are refused", async () => {
  const dir = await makeTempDir();
  await start(dir);
  const other = startAzurite({ azuriteDir: dir, data: "disk", ports: { blob: 1, queue: 2, table: 3 } });
  await expect(other).rejects.toMatchObject({ code: "ERR_AZURITE_RUNS_ELSEWHERE" });
});

test("an Azurite that cannot start says why", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "data"), "a file where its folder belongs");
  const azurite = await startAzurite({ azuriteDir: dir, data: "disk" });
  onTestFinished(() => azurite.stop());
  await expect(azurite.ready).rejects.toMatchObject({
    code: "ERR_AZURITE_NOT_READY",
    message: expect.stringContaining("ENOTDIR"),
  });
});
