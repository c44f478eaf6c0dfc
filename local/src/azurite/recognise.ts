import http from "node:http";
import { describePortOwner, findPortOwner } from "../process/port-owner.ts";
import { AZURITE_SERVICES, type AzuritePorts, type AzuriteService, LOOPBACK } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";

const PROBE_TIMEOUT_MS = 2000;

type PortUse = "free" | AzuriteService | "other";

/**
 * Whether an Azurite answers on the wanted ports.
 *
 * @returns `false` where all three are free.
 * @throws AzuriteError `ERR_AZURITE_PORT_IN_USE`, naming the owner, where a port belongs to anything else.
 */
export async function isAzuriteThere(ports: AzuritePorts): Promise<boolean> {
  const uses = await Promise.all(AZURITE_SERVICES.map((service) => probe(ports[service])));
  for (const [index, service] of AZURITE_SERVICES.entries()) {
    const use = uses[index];
    if (use !== "free" && use !== service) throw await portInUse(service, ports[service], use ?? "other");
  }
  const missing = AZURITE_SERVICES.filter((_, index) => uses[index] === "free");
  if (missing.length === AZURITE_SERVICES.length) return false;
  if (missing.length > 0) throw partlyThere(ports, missing);
  return true;
}

export async function portInUse(service: AzuriteService, port: number, use: PortUse): Promise<AzuriteError> {
  const owner = describePortOwner(await findPortOwner(port));
  const what = use === "other" || use === "free" ? owner : `the ${use} service of Azurite, ${owner}`;
  return new AzuriteError({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: `The port ${port}, wanted for Azurite's ${service} service, belongs to ${what}. Nothing was started.`,
    hint: "End that process, or choose other ports with --storage ports:BLOB,QUEUE,TABLE.",
  });
}

function partlyThere(ports: AzuritePorts, missing: readonly AzuriteService[]): AzuriteError {
  const list = missing.map((service) => `${service} (${ports[service]})`).join(" and ");
  return new AzuriteError({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: `An Azurite answers on some of the wanted ports, but not for ${list}. Nothing was started.`,
    hint: "Start all three of its services, or choose other ports with --storage ports:BLOB,QUEUE,TABLE.",
  });
}

/** Every answer of Azurite, a refusal included, names it in the `server` header. */
function probe(port: number): Promise<PortUse> {
  return new Promise((resolve) => {
    const request = http.get({ host: LOOPBACK, port, path: "/", agent: false, timeout: PROBE_TIMEOUT_MS });
    request.on("response", (response) => {
      response.resume();
      const service = /^Azurite-(Blob|Queue|Table)\//.exec(String(response.headers.server))?.[1]?.toLowerCase();
      resolve(AZURITE_SERVICES.find((it) => it === service) ?? "other");
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (error) =>
      resolve((error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "free" : "other"),
    );
  });
}
