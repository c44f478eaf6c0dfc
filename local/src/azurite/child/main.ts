// The process in which Azurite runs. It ends when its parent asks, or once the parent has exited and no other process
// has a claim.

import { once } from "node:events";
import { existsSync, writeSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import type { Server } from "node:net";
import path from "node:path";
import { isClaimed, type LogFields, refuseOtherUsers, withFileLock } from "@same-kit/shared";
import { DEVELOPMENT_ACCOUNT } from "../../shared/development-account.ts";
import { entranceSecretFor } from "../account-key.ts";
import { LOOPBACK } from "../endpoints.ts";
import type { AzuriteServer } from "./azurite-server.ts";
import {
  type AzuriteFiles,
  type ChildOptions,
  KEY_VARIABLE,
  OPEN_MARK,
  type ParentMessage,
  READY,
} from "./child-options.ts";
import type { EarlyEntrance } from "./early-entrance.ts";
import { createEntrance } from "./entrance.ts";
import { toExit } from "./exit-codes.ts";
import { guardService } from "./guard.ts";
import { createServices } from "./services.ts";
import { takeOrder } from "./take-order.ts";

const CLAIM_CHECK_MS = 500;

type Call = { options: ChildOptions; accountKey: string; early?: EarlyEntrance };

async function run({ options, accountKey, early }: Call): Promise<void> {
  const { location } = options;
  // Registered before the slow part, so that a parent that exits during start-up is noticed afterwards.
  const orphaned = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const { servers, entrance } = openServices(options, accountKey);
  if (location !== null) await writeFile(path.join(location, OPEN_MARK), String(process.pid));
  await Promise.all(servers.map((server) => server.start()));
  if (early === undefined) await listen(entrance, options);
  else early.handOver(entrance);

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeServices(servers, location).catch(fail);
    return closing;
  };
  const end = () => void close().then(() => process.exit(0));
  process.on("message", (message: ParentMessage) => message.kind === "stop" && end());
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
  void orphaned.then(async () => {
    await waitUntilUnused(options, close);
    end();
  });
  if (process.connected) process.send?.(READY);
}

function openServices(options: ChildOptions, accountKey: string): { servers: AzuriteServer[]; entrance: Server } {
  // If it was already set, it was meant for another Azurite.
  process.env["AZURITE_ACCOUNTS"] = `${DEVELOPMENT_ACCOUNT}:${accountKey}`;
  const { blob, queue, table } = createServices(options);
  const admit = {
    blob: guardService(blob, "blob"),
    queue: guardService(queue, "queue"),
    table: guardService(table, "table"),
  };
  const entrance = createEntrance(entranceSecretFor(accountKey), (service, socket) => admit[service](socket));
  for (const { httpServer } of [blob, queue, table])
    refuseOtherUsers(httpServer, { allowUsers: options.allowUsers, log });
  return { servers: [blob, queue, table], entrance };
}

/** Called once the services have loaded their data; connections wait until then. */
async function listen(entrance: Server, { socketFds, entrancePort }: ChildOptions): Promise<void> {
  const fd = socketFds?.[3];
  entrance.listen(fd === undefined ? { port: entrancePort, host: LOOPBACK, exclusive: true } : { fd });
  await once(entrance, "listening");
}

/** Refused requests are logged to Azurite's own log. */
const log = {
  warn: (message: string, fields: LogFields = {}) => void writeSync(2, `${message} ${JSON.stringify(fields)}\n`),
  debug: () => {},
};

/**
 * Closing saves what Azurite holds in memory; only then is the data complete. A data folder that was removed is not
 * recreated.
 */
async function closeServices(servers: readonly { close(): Promise<void> }[], location: string | null): Promise<void> {
  if (location !== null && !existsSync(location)) return;
  await Promise.all(servers.map((server) => server.close()));
  if (location !== null) await rm(path.join(location, OPEN_MARK), { force: true });
}

/**
 * Waits, after the parent has exited, until no process has a claim on this Azurite, and closes it under the lock.
 * Joining takes the same lock, so a host finds either a claimable Azurite or none.
 */
async function waitUntilUnused({ sharing, ownLogFile }: ChildOptions, close: () => Promise<void>): Promise<void> {
  // The parent, which would have removed it, has exited.
  if (ownLogFile !== null) await rm(ownLogFile, { force: true });
  if (sharing === null) return;
  const closeUnclaimed = async () => {
    if (await isClaimed(sharing.claimsDir)) return false;
    await rm(sharing.recordFile, { force: true });
    await close();
    return true;
  };
  for (;;) {
    if (!(await isClaimed(sharing.claimsDir)) && (await underLock(sharing, closeUnclaimed))) return;
    await new Promise((resolve) => setTimeout(resolve, CLAIM_CHECK_MS));
  }
}

/** Also true if the whole folder was removed. */
async function underLock({ lockFile }: AzuriteFiles, action: () => Promise<boolean>): Promise<boolean> {
  try {
    return await withFileLock(lockFile, action, { makesFolder: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
}

function fail(error: unknown): never {
  const { code, text } = toExit(error);
  // Descriptor 2 is the log file, written synchronously: the message is on disk before the exit.
  writeSync(2, `${text}\n`);
  process.exit(code);
}

// A background save has no caller that could receive its error.
process.on("uncaughtException", fail);

/** Runs the Azurite that the command line describes. */
export function serve(): void {
  const options = JSON.parse(process.argv[2] ?? "") as ChildOptions;
  run({ options, accountKey: process.env[KEY_VARIABLE] ?? "" }).catch(fail);
}

/** Runs the Azurite that the parent will describe. */
export function serveWhenOrdered(early: EarlyEntrance): void {
  takeOrder()
    .then(({ options, accountKey }) => run({ options, accountKey, early }))
    .catch(fail);
}
