// The process in which Azurite runs. It ends when its starter asks, or has gone and nobody else has a claim on it.

import { existsSync, writeSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
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
import { createEntrance } from "./entrance.ts";
import { toExit } from "./exit-codes.ts";
import { guardService } from "./guard.ts";
import { createServices } from "./services.ts";

const CLAIM_CHECK_MS = 500;

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? "") as ChildOptions;
  const { location } = options;
  // Before the slow part, so that a starter that dies meanwhile is noticed after it.
  const orphaned = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const servers = openServices(options, takeKey());
  if (location !== null) await writeFile(path.join(location, OPEN_MARK), String(process.pid));
  await Promise.all(servers.map((server) => server.start()));

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

/** The variable that Azurite reads its accounts from belongs to another Azurite if it is set. */
function takeKey(): string {
  const key = process.env[KEY_VARIABLE] ?? "";
  process.env["AZURITE_ACCOUNTS"] = `${DEVELOPMENT_ACCOUNT}:${key}`;
  return key;
}

function openServices(options: ChildOptions, accountKey: string): AzuriteServer[] {
  const { blob, queue, table } = createServices(options);
  const admit = {
    blob: guardService(blob, "blob"),
    queue: guardService(queue, "queue"),
    table: guardService(table, "table"),
  };
  const entrance = createEntrance(entranceSecretFor(accountKey), (service, socket) => admit[service](socket));
  for (const { httpServer } of [blob, queue, table])
    refuseOtherUsers(httpServer, { allowUsers: options.allowUsers, log });
  refuseOtherUsers(entrance, { log });
  const fd = options.socketFds?.[3];
  entrance.listen(fd === undefined ? { port: options.entrancePort, host: LOOPBACK, exclusive: true } : { fd });
  return [blob, queue, table];
}

/** Refused requests are in Azurite's own log. */
const log = {
  warn: (message: string, fields: LogFields = {}) => void writeSync(2, `${message} ${JSON.stringify(fields)}\n`),
  debug: () => {},
};

/** Closing saves what Azurite holds in memory; only then the data count as whole. Data that were removed are not made again. */
async function closeServices(servers: readonly { close(): Promise<void> }[], location: string | null): Promise<void> {
  if (location !== null && !existsSync(location)) return;
  await Promise.all(servers.map((server) => server.close()));
  if (location !== null) await rm(path.join(location, OPEN_MARK), { force: true });
}

/**
 * Waits, after its starter has gone, until nobody has a claim on this Azurite, and closes it under the lock: joining needs the same
 * lock, and then finds either a claimable Azurite or none.
 */
async function waitUntilUnused({ sharing, ownLogFile }: ChildOptions, close: () => Promise<void>): Promise<void> {
  // Its starter, which would remove it, has gone.
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

/** True as well where the whole folder was removed. */
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
  // The log file's own descriptor: the message is written when this returns.
  writeSync(2, `${text}\n`);
  process.exit(code);
}

// A save in the background has no caller to report to.
process.on("uncaughtException", fail);
main().catch(fail);
