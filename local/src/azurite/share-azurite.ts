import { rm } from "node:fs/promises";
import path from "node:path";
import {
  type AllowedUsers,
  type Claim,
  claim,
  identifyProcess,
  isClaimed,
  isProcessAlive,
  type Logger,
  type ProcessIdentity,
  readJson,
  withFileLock,
  writeJsonAtomic,
} from "@same-kit/shared";
import { stopProcess } from "../process/stop-process.ts";
import { developmentConnection } from "../shared/development-account.ts";
import { accountKeyIn, entranceSecretFor } from "./account-key.ts";
import type { AzuriteFiles } from "./child/child-options.ts";
import { type AzuritePorts, describePorts } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";
import { waitUntilAnswering } from "./recognise.ts";
import { NEVER, type RunningAzurite } from "./running-azurite.ts";
import type { SpareAzurite } from "./spare-azurite.ts";
import { type AzuriteChild, startAzuriteChild } from "./start-azurite.ts";

const LOSS_CHECK_MS = 1000;

type AzuriteRecord = { process: ProcessIdentity; ports: AzuritePorts; entrancePort: number; hasLostWrites: boolean };

type Folder = AzuriteFiles & { dataDir: string; keyFile: string; portsFile: string; logFile: string };

type ShareOptions = {
  ports: AzuritePorts | undefined;
  log: Pick<Logger, "warn">;
  /** Who may connect besides this user and root, if this call starts it. */
  allowUsers: AllowedUsers;
  spare?: SpareAzurite | undefined;
};

/**
 * Joins the one Azurite of a state folder, or starts it on its saved data if it is not running. Its last user stops it.
 * It keeps its ports from start to start while they are free, because messages refer to blobs by URL.
 *
 * @param ports - Ports that the user requested. Default: the ports of the last start, or any free ones.
 * @throws AzuriteError
 */
export async function shareAzurite(
  azuriteDir: string,
  { ports: wantedPorts, log, allowUsers, spare }: ShareOptions,
): Promise<RunningAzurite> {
  const folder = folderAt(azuriteDir);
  return withFileLock(folder.lockFile, async () => {
    const running = await readLiveRecord(folder);
    if (running !== undefined) return join(folder, running, { wanted: wantedPorts, log });
    return startShared(folder, { ports: wantedPorts, allowUsers, spare });
  });
}

function folderAt(azuriteDir: string): Folder {
  const below = (name: string) => path.join(azuriteDir, name);
  return {
    claimsDir: below("users"),
    recordFile: below("running.json"),
    lockFile: below("lock"),
    dataDir: below("data"),
    keyFile: below("account-key"),
    portsFile: below("ports.json"),
    logFile: below("azurite.log"),
  };
}

async function readLiveRecord({ recordFile }: Folder): Promise<AzuriteRecord | undefined> {
  const record = (await readJson(recordFile)) as AzuriteRecord | undefined;
  return record !== undefined && isProcessAlive(record.process) ? record : undefined;
}

async function startShared(
  folder: Folder,
  { ports: wantedPorts, allowUsers, spare }: Omit<ShareOptions, "log">,
): Promise<RunningAzurite> {
  const remembered = (await readJson(folder.portsFile)) as AzuritePorts | undefined;
  const ports = wantedPorts ?? remembered;
  const child = await startAzuriteChild({
    location: folder.dataDir,
    ...(ports === undefined ? {} : { wanted: { ports, isRequired: wantedPorts !== undefined } }),
    accountKey: await accountKeyIn(folder.keyFile),
    allowUsers,
    sharing: folder,
    logFile: folder.logFile,
    spare,
  });
  const record: AzuriteRecord = {
    process: identifyProcess(child.pid) ?? { pid: child.pid },
    ports: child.ports,
    entrancePort: child.entrance.port,
    hasLostWrites: child.hasLostWrites,
  };
  const [mine] = await Promise.all([
    claim(folder.claimsDir),
    writeJsonAtomic(folder.recordFile, record),
    writeJsonAtomic(folder.portsFile, child.ports),
  ]);
  return { ...child, isShared: false, isForeign: false, stop: once(() => leaveChild(folder, child, mine)) };
}

/** The process that started it stops it, or leaves it running for its other users. */
function leaveChild(folder: Folder, child: AzuriteChild, mine: Claim): Promise<void> {
  return leave(folder, mine, {
    release: () => child.release(),
    stop: () => child.stop(),
  });
}

/**
 * Releases this process's claim.
 *
 * @param ways - `release` leaves Azurite running for its other users; `stop` ends it, when this was the last user or
 *   its folder was removed.
 */
async function leave(
  { lockFile, claimsDir, recordFile }: Folder,
  mine: Claim,
  { release, stop }: { release(): void; stop(): Promise<void> },
): Promise<void> {
  const leaveLocked = async () => {
    await mine.release();
    if (await isClaimed(claimsDir)) return release();
    await rm(recordFile, { force: true });
    await stop();
  };
  try {
    await withFileLock(lockFile, leaveLocked, { makesFolder: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await stop();
  }
}

async function join(
  folder: Folder,
  record: AzuriteRecord,
  { wanted, log }: { wanted: AzuritePorts | undefined; log: Pick<Logger, "warn"> },
): Promise<RunningAzurite> {
  const { ports, process, entrancePort, hasLostWrites } = record;
  if (wanted !== undefined && describePorts(wanted) !== describePorts(ports)) throw runsElsewhere(ports, wanted);
  const accountKey = await accountKeyIn(folder.keyFile);
  const mine = await claim(folder.claimsDir);
  const leaving = new AbortController();
  const { signal } = leaving;
  const lost = watchShared(record, signal);
  const ready = Promise.race([
    waitUntilAnswering(ports, { pid: process.pid, log, signal }),
    lost.then((error) => Promise.reject(error)),
  ]);
  // The caller that awaits `ready` handles the rejection.
  ready.catch(() => {});
  return {
    ports,
    connectionString: developmentConnection(ports, accountKey),
    entrance: { port: entrancePort, secret: entranceSecretFor(accountKey) },
    isShared: true,
    isForeign: false,
    pid: process.pid,
    // A host that joins after a crash may have runs from before it as well.
    hasLostWrites,
    ready,
    lost,
    stop: once(() => {
      leaving.abort();
      return leaveShared(folder, record, mine);
    }),
  };
}

function leaveShared(folder: Folder, record: AzuriteRecord, mine: Claim): Promise<void> {
  return leave(folder, mine, { release: () => {}, stop: () => stopProcess(record.process) });
}

/** It is not our child process, so its exit must be polled for. */
async function watchShared({ process, ports }: AzuriteRecord, leaving: AbortSignal): Promise<AzuriteError> {
  while (isProcessAlive(process)) {
    await new Promise((resolve) => setTimeout(resolve, LOSS_CHECK_MS).unref());
    if (leaving.aborted) return NEVER;
  }
  return new AzuriteError({
    code: "ERR_AZURITE_LOST",
    message: `The Azurite that this host shared (process ${process.pid}, ports ${describePorts(ports)}) has ended.`,
    hint: "Start again: saved work continues.",
  });
}

function runsElsewhere(ports: AzuritePorts, wanted: AzuritePorts): AzuriteError {
  return new AzuriteError({
    code: "ERR_AZURITE_RUNS_ELSEWHERE",
    message: `The Azurite of this state folder runs on the ports ${describePorts(ports)}, not on ${describePorts(wanted)}.`,
    hint: "Omit the ports to share it, or stop the hosts that use it.",
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
