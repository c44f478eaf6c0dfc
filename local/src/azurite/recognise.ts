import http from "node:http";
import { type Logger, pollUntil } from "@same-kit/shared";
import { describePortOwner, findPortOwner } from "../process/port-owner.ts";
import { AZURITE_SERVICES, type AzuritePorts, type AzuriteService, describePorts, LOOPBACK } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";

const PROBE_TIMEOUT_MS = 2000;

// More than a busy Azurite needs. A suspended one is given up after this time.
const BUSY_LIMIT_MS = 120_000;
const BUSY_POLL_MS = 100;

/** `silent`: accepts the connection but does not answer. */
type PortUse = "free" | AzuriteService | "silent" | "other";

/**
 * Whether an Azurite answers on the wanted ports. Waits for one that is busy.
 *
 * @returns `false` if all three ports are free.
 * @throws AzuriteError `ERR_AZURITE_PORT_IN_USE`, naming the owner, if any port belongs to something else.
 */
export async function isAzuriteAnswering(ports: AzuritePorts, log: Pick<Logger, "warn">): Promise<boolean> {
  const uses = await probeWhileBusy(ports, log);
  for (const [index, service] of AZURITE_SERVICES.entries()) {
    const use = uses[index];
    if (use !== "free" && use !== service) throw await portInUse(service, ports[service], use ?? "other");
  }
  const missing = AZURITE_SERVICES.filter((_, index) => uses[index] === "free");
  if (missing.length === AZURITE_SERVICES.length) return false;
  if (missing.length > 0) throw partlyAnswering(ports, missing);
  return true;
}

/**
 * Resolves once a running Azurite answers on all its ports.
 *
 * @throws AzuriteError `ERR_AZURITE_NOT_READY` if it does not answer within two minutes.
 */
export async function waitUntilAnswering(
  ports: AzuritePorts,
  { pid, log, signal }: { pid: number; log: Pick<Logger, "warn">; signal: AbortSignal },
): Promise<void> {
  const isAnswering = async () =>
    (await probeAll(ports)).every((use, i) => use === AZURITE_SERVICES[i]) ? true : null;
  if ((await isAnswering()) === true) return;
  warnBusy(log, pid);
  const isAnsweringNow = await pollUntil({
    attempt: isAnswering,
    everyMs: BUSY_POLL_MS,
    limitMs: BUSY_LIMIT_MS,
    signal,
  });
  if (isAnsweringNow === null) throw stillBusy(ports, pid);
}

async function probeWhileBusy(ports: AzuritePorts, log: Pick<Logger, "warn">): Promise<PortUse[]> {
  const uses = await probeAll(ports);
  const silent = AZURITE_SERVICES.find((_, index) => uses[index] === "silent");
  const owner = silent === undefined ? undefined : await findPortOwner(ports[silent]);
  if (owner === undefined || !/\bazurite\b/i.test(owner.command)) return uses;
  warnBusy(log, owner.pid);
  const attempt = async () => {
    const now = await probeAll(ports);
    return now.includes("silent") ? null : now;
  };
  return (await pollUntil({ attempt, everyMs: BUSY_POLL_MS, limitMs: BUSY_LIMIT_MS })) ?? uses;
}

const probeAll = (ports: AzuritePorts): Promise<PortUse[]> =>
  Promise.all(AZURITE_SERVICES.map((service) => probe(ports[service])));

function warnBusy(log: Pick<Logger, "warn">, pid: number): void {
  log.warn("Azurite is busy and does not answer yet; waiting for it.", { process: pid });
}

function stillBusy(ports: AzuritePorts, pid: number): AzuriteError {
  return new AzuriteError({
    code: "ERR_AZURITE_NOT_READY",
    message: `The running Azurite (process ${pid}, ports ${describePorts(ports)}) has not responded for ${BUSY_LIMIT_MS / 1000} s.`,
    hint: "End that process; the next one continues its saved work.",
  });
}

export async function portInUse(service: AzuriteService, port: number, use: PortUse): Promise<AzuriteError> {
  const owner = describePortOwner(await findPortOwner(port));
  const what =
    use === "other" || use === "silent" || use === "free" ? owner : `the ${use} service of Azurite, ${owner}`;
  return new AzuriteError({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: `The port ${port}, wanted for Azurite's ${service} service, belongs to ${what}. Nothing was started.`,
    hint: "Stop that process, or choose other ports with --storage ports:BLOB,QUEUE,TABLE.",
  });
}

function partlyAnswering(ports: AzuritePorts, missing: readonly AzuriteService[]): AzuriteError {
  const list = missing.map((service) => `${service} (${ports[service]})`).join(" and ");
  return new AzuriteError({
    code: "ERR_AZURITE_PORT_IN_USE",
    message: `An Azurite answers on some of the wanted ports, but not for ${list}. Nothing was started.`,
    hint: "Start all three of its services, or choose other ports with --storage ports:BLOB,QUEUE,TABLE.",
  });
}

/** Every response of Azurite, including a refusal, names the service in its `server` header. */
function probe(port: number): Promise<PortUse> {
  return new Promise((resolve) => {
    const request = http.get({ host: LOOPBACK, port, path: "/", agent: false, timeout: PROBE_TIMEOUT_MS });
    request.on("response", (response) => {
      response.resume();
      const service = /^Azurite-(Blob|Queue|Table)\//.exec(String(response.headers.server))?.[1]?.toLowerCase();
      resolve(AZURITE_SERVICES.find((it) => it === service) ?? "other");
    });
    request.on("timeout", () => {
      resolve("silent");
      request.destroy();
    });
    request.on("error", (error) =>
      resolve((error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "free" : "other"),
    );
  });
}
