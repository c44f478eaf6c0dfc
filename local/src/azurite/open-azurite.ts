import { rm } from "node:fs/promises";
import path from "node:path";
import { newGuidN } from "../shared/ids.ts";
import { type AzuritePorts, connectionStringFor } from "./endpoints.ts";
import { isAzuriteThere } from "./recognise.ts";
import { NEVER, type RunningAzurite } from "./running-azurite.ts";
import { shareAzurite } from "./share-azurite.ts";
import { startAzuriteChild } from "./start-azurite.ts";

export type AzuriteOptions = {
  /** The state folder's part for Azurite: its data, log, and who uses it. */
  azuriteDir: string;
  /** `memory`: the data end with it, and nobody else uses it. */
  data: "disk" | "memory";
  /** Where it must listen; an Azurite found there is used as it is. Absent: free ports. */
  ports?: AzuritePorts;
};

/**
 * Gives this process an Azurite: one that runs already, or a new one.
 *
 * @throws AzuriteError if the ports belong to something else, or the process cannot be made.
 */
export async function startAzurite({ azuriteDir, data, ports }: AzuriteOptions): Promise<RunningAzurite> {
  if (data === "memory") return startInMemory(azuriteDir, ports);
  try {
    return await shareAzurite(azuriteDir, ports);
  } catch (error) {
    // Only now: asking the ports first would delay every ordinary start.
    if (ports === undefined || !(await isAzuriteThere(ports))) throw error;
    return useForeign(ports);
  }
}

async function startInMemory(azuriteDir: string, ports: AzuritePorts | undefined): Promise<RunningAzurite> {
  const logFile = path.join(azuriteDir, `memory-${newGuidN()}.log`);
  if (ports !== undefined && (await isAzuriteThere(ports))) return useForeign(ports);
  const wanted = ports === undefined ? {} : { wanted: { ports, isRequired: true } };
  const child = await startAzuriteChild({ location: null, sharing: null, logFile, ...wanted });
  const stop = async () => {
    await child.stop();
    await rm(logFile, { force: true });
  };
  return { ...child, isShared: false, stop };
}

/** Someone else's: it is never stopped, and its end shows in the requests that fail. */
function useForeign(ports: AzuritePorts): RunningAzurite {
  return {
    ports,
    connectionString: connectionStringFor(ports),
    isShared: true,
    pid: undefined,
    hasLostWrites: false,
    ready: Promise.resolve(),
    lost: NEVER,
    stop: async () => {},
  };
}
