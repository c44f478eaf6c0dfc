import path from "node:path";
import {
  type Claim,
  claim,
  isClaimed,
  pollUntil,
  readJson,
  reasonOf,
  silentLogger,
  withFileLock,
  writeJsonAtomic,
} from "@same-kit/shared";
import type { StartedTestContainer } from "testcontainers";
import { DEVELOPMENT_ACCOUNT, developmentConnection } from "../shared/development-account.ts";
import { accountKeyIn } from "./account-key.ts";
import { AZURITE_SERVICES, type AzuritePorts, LOOPBACK } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";
import { openPorts } from "./listening-ports.ts";
import { isAzuriteAnswering } from "./recognise.ts";
import { NEVER, type RunningAzurite } from "./running-azurite.ts";

/** Same version as the package that runs without Docker. */
const DEFAULT_IMAGE = "mcr.microsoft.com/azure-storage/azurite:3.37.0";

const CONTAINER_PORTS: AzuritePorts = { blob: 10000, queue: 10001, table: 10002 };
// Azurite starts its services one after the other, the table service last. Waiting for a log line works without a shell
// in the image.
const LAST_READY_LINE = /Azurite Table service is successfully listening/;
const STARTUP_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const ANSWER_POLL_MS = 50;

type Folder = { claimsDir: string; keyFile: string; portsFile: string; lockFile: string };

type ContainerOptions = {
  azuriteDir: string;
  /** Image with tag. Default: {@link DEFAULT_IMAGE}. */
  image?: string;
};

/**
 * Starts, or joins, an Azurite container that belongs to the state folder. Its last user stops it; the container and
 * its data are kept for the next start. Set `TESTCONTAINERS_RYUK_DISABLED=true` to run without the reaper image.
 *
 * @throws AzuriteError `ERR_AZURITE_CONTAINER` if Docker or the image is missing, or if Azurite does not start in the
 *   container.
 */
export async function startContainerAzurite(options: ContainerOptions): Promise<RunningAzurite> {
  const { azuriteDir, image = DEFAULT_IMAGE } = options;
  const below = (name: string) => path.join(azuriteDir, "docker", name);
  const folder: Folder = {
    claimsDir: below("users"),
    keyFile: below("account-key"),
    portsFile: below("ports.json"),
    lockFile: below("lock"),
  };
  return withFileLock(folder.lockFile, () => startOrJoin(folder, azuriteDir, image), {
    timeoutMs: 2 * STARTUP_TIMEOUT_MS,
  });
}

async function startOrJoin(folder: Folder, azuriteDir: string, image: string): Promise<RunningAzurite> {
  const isShared = await isClaimed(folder.claimsDir);
  const ports = await choosePorts(folder, isShared);
  const accountKey = await accountKeyIn(folder.keyFile);
  try {
    const container = await runContainer(image, { ports, accountKey, azuriteDir });
    await waitForAnswer(ports);
    const mine = await claim(folder.claimsDir);
    await writeJsonAtomic(folder.portsFile, ports);
    let stopped: Promise<void> | undefined;
    return {
      ports,
      connectionString: developmentConnection(ports, accountKey),
      isShared,
      isForeign: false,
      pid: undefined,
      hasLostWrites: false,
      ready: Promise.resolve(),
      lost: NEVER,
      stop: () => {
        stopped ??= leave(folder, container, mine);
        return stopped;
      },
    };
  } catch (cause) {
    throw containerError(image, cause);
  }
}

/** A kept container is identified by its configuration, ports included, so the ports are reused while they are free. */
async function choosePorts({ portsFile }: Folder, isShared: boolean): Promise<AzuritePorts> {
  const remembered = (await readJson(portsFile)) as AzuritePorts | undefined;
  if (remembered !== undefined && isShared) return remembered;
  const listening = await openPorts(remembered === undefined ? undefined : { ports: remembered, isRequired: false });
  await listening.close();
  return listening.ports;
}

/** Docker publishes the ports on all network interfaces, so only the account key keeps others out. */
async function runContainer(
  image: string,
  { ports, accountKey, azuriteDir }: { ports: AzuritePorts; accountKey: string; azuriteDir: string },
): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await loadTestcontainers();
  const listen = AZURITE_SERVICES.flatMap((service) => [`--${service}Host`, "0.0.0.0"]);
  return new GenericContainer(image)
    .withCommand(["azurite", "--skipApiVersionCheck", "--disableTelemetry", "--silent", ...listen])
    .withEnvironment({ AZURITE_ACCOUNTS: `${DEVELOPMENT_ACCOUNT}:${accountKey}` })
    .withExposedPorts(...AZURITE_SERVICES.map((it) => ({ container: CONTAINER_PORTS[it], host: ports[it] })))
    .withLabels({ "same-kit.state": azuriteDir })
    .withWaitStrategy(Wait.forLogMessage(LAST_READY_LINE))
    .withStartupTimeout(STARTUP_TIMEOUT_MS)
    .withReuse()
    .start();
}

/**
 * Loaded lazily: the package is large, and few users need Docker. In our bundle, all of its exports are on the default
 * export.
 */
async function loadTestcontainers(): Promise<typeof import("testcontainers")> {
  const loaded = (await import("testcontainers")) as typeof import("testcontainers") & { default?: unknown };
  return (loaded.default ?? loaded) as typeof import("testcontainers");
}

/** A restarted container still has the ready line of its first start in its log, so the services are probed instead. */
async function waitForAnswer(ports: AzuritePorts): Promise<void> {
  // Docker's proxy accepts connections before Azurite does.
  const attempt = async () => ((await isAzuriteAnswering(ports, silentLogger).catch(() => false)) ? true : null);
  const isAnswering = await pollUntil({ attempt, everyMs: ANSWER_POLL_MS, limitMs: STARTUP_TIMEOUT_MS });
  if (isAnswering === null) throw new Error(`Azurite does not answer on ${LOOPBACK}:${ports.table}.`);
}

function leave(folder: Folder, container: StartedTestContainer, mine: Claim): Promise<void> {
  return withFileLock(folder.lockFile, async () => {
    await mine.release();
    if (await isClaimed(folder.claimsDir)) return;
    await container.stop({ remove: false, removeVolumes: false, timeout: STOP_TIMEOUT_MS });
  });
}

function containerError(image: string, cause: unknown): AzuriteError {
  const reason = reasonOf(cause);
  return new AzuriteError({
    code: "ERR_AZURITE_CONTAINER",
    message: `Azurite did not start in a container of ${image}: ${reason}`,
    hint: "Check that `docker info` works and the image can be pulled, or omit --storage: Azurite also runs without Docker.",
    cause,
  });
}
