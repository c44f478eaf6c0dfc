import { rm } from "node:fs/promises";
import path from "node:path";
import { type AllowedUsers, type Logger, silentLogger } from "@same-kit/shared";
import { developmentConnection, PUBLIC_DEVELOPMENT_KEY } from "../shared/development-account.ts";
import { newGuidN } from "../shared/ids.ts";
import { newAccountKey } from "./account-key.ts";
import { type AzuritePorts, describePorts } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";
import { findHolder } from "./find-holder.ts";
import { isAzuriteAnswering } from "./recognise.ts";
import { NEVER, type RunningAzurite } from "./running-azurite.ts";
import { shareAzurite } from "./share-azurite.ts";
import type { SpareAzurite } from "./spare-azurite.ts";
import { startAzuriteChild } from "./start-azurite.ts";

export type AzuriteOptions = {
  /** Azurite's part of the state folder: its data, its log and the claims of its users. */
  azuriteDir: string;
  /** `memory`: the data is discarded on exit, and no other host can use it. */
  data: "disk" | "memory";
  /** Where an Azurite on disk must listen; an Azurite already running there is used as it is. Default: free ports. */
  ports?: AzuritePorts;
  /** Receives a warning when a start has to wait, and when a foreign Azurite is used. */
  log?: Pick<Logger, "warn">;
  /** Who may connect to a newly started Azurite besides this user and root. Default: no one. */
  allowUsers?: AllowedUsers | undefined;
  /** Is used if a new one has to be started. */
  spare?: SpareAzurite | undefined;
};

/**
 * Gives this process an Azurite: one that is already running, or a new one.
 *
 * @throws AzuriteError if the ports belong to something else, or the process cannot be started.
 */
export async function startAzurite(options: AzuriteOptions): Promise<RunningAzurite> {
  const { azuriteDir, data, ports, log = silentLogger, allowUsers = [], spare } = options;
  if (data === "memory") return startInMemory(azuriteDir, allowUsers, spare);
  try {
    return await shareAzurite(azuriteDir, { ports, log, allowUsers, spare });
  } catch (error) {
    // The holder is looked up only after a failure: probing the ports first would delay every ordinary start.
    const isTaken = error instanceof AzuriteError && error.code === "ERR_AZURITE_PORT_IN_USE";
    if (ports === undefined || !isTaken) throw error;
    return useHolder(ports, error, log);
  }
}

async function startInMemory(
  azuriteDir: string,
  allowUsers: AllowedUsers,
  spare: SpareAzurite | undefined,
): Promise<RunningAzurite> {
  const logFile = path.join(azuriteDir, `memory-${newGuidN()}.log`);
  const accountKey = newAccountKey();
  const child = await startAzuriteChild({ location: null, accountKey, allowUsers, sharing: null, logFile, spare });
  const stop = async () => {
    await child.stop();
    await rm(logFile, { force: true });
  };
  return { ...child, isShared: false, isForeign: false, stop };
}

/** Joins the Azurite that already holds the ports. */
async function useHolder(ports: AzuritePorts, taken: Error, log: Pick<Logger, "warn">): Promise<RunningAzurite> {
  const holder = await findHolder(ports);
  switch (holder.kind) {
    case "shared":
      // It is already running: who may connect was decided when it started.
      return shareAzurite(holder.azuriteDir, { ports, log, allowUsers: [] });
    case "private":
      throw isPrivate(ports, holder.pid);
    case "other":
      if (!(await isAzuriteAnswering(ports, log))) throw taken;
      return useForeign(ports, log);
  }
}

/** An Azurite that we did not start. It is never stopped, and its exit only shows as failing requests. */
function useForeign(ports: AzuritePorts, log: Pick<Logger, "warn">): RunningAzurite {
  warnOfPublicKey(log, describePorts(ports));
  return {
    ports,
    connectionString: developmentConnection(ports, PUBLIC_DEVELOPMENT_KEY),
    isShared: true,
    isForeign: true,
    pid: undefined,
    hasLostWrites: false,
    ready: Promise.resolve(),
    lost: NEVER,
    stop: async () => {},
  };
}

/**
 * Warns, in one line, about what an emulator with the public key exposes.
 *
 * @param where - Its ports, or a description of its connection.
 */
export function warnOfPublicKey(log: Pick<Logger, "warn">, where: string): void {
  log.warn(
    "This storage accepts the well-known key of all emulators: any web page that you open, and any user of this machine, can queue work there that runs as you.",
    { storage: where },
  );
}

function isPrivate(ports: AzuritePorts, pid: number): AzuriteError {
  return new AzuriteError({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: `The ports ${describePorts(ports)} belong to the Azurite of another host (process ${pid}), which keeps its data in memory and does not share it. Nothing was started.`,
    hint: "Stop that host, or choose other ports with --storage ports:BLOB,QUEUE,TABLE.",
  });
}
