import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type AllowedUsers, reasonOf } from "@same-kit/shared";
import {
  ChildStartError,
  type SupervisedChild,
  type Supervision,
  supervise,
  superviseStarted,
} from "../process/supervise.ts";
import { developmentConnection } from "../shared/development-account.ts";
import { entranceSecretFor } from "./account-key.ts";
import { azuriteProgram } from "./azurite-program.ts";
import {
  type AzuriteFiles,
  type ChildOptions,
  KEY_VARIABLE,
  OPEN_MARK,
  type Order,
  READY,
  STOP,
} from "./child/child-options.ts";
import { describePorts } from "./endpoints.ts";
import { AzuriteError } from "./errors.ts";
import { explainEnd } from "./explain-end.ts";
import { type ListeningPorts, openPorts, type WantedPorts } from "./listening-ports.ts";
import type { Entrance, RunningAzurite } from "./running-azurite.ts";
import type { SpareAzurite } from "./spare-azurite.ts";

const READY_TIMEOUT_MS = 20_000;

type AzuriteChildSpec = {
  /** Folder of the data; null keeps it in memory. */
  location: string | null;
  wanted?: WantedPorts;
  /** Base64-encoded. */
  accountKey: string;
  /** Who may connect besides this user and root. */
  allowUsers: AllowedUsers;
  sharing: AzuriteFiles | null;
  /** File that receives Azurite's output. */
  logFile: string;
  /** Is used if it can be. */
  spare?: SpareAzurite | undefined;
};

/** An Azurite in a child process of ours. */
export type AzuriteChild = Omit<RunningAzurite, "isShared" | "isForeign" | "pid"> & {
  pid: number;
  entrance: Entrance;
  /** Leaves it running for its other users. */
  release(): void;
};

/**
 * Starts Azurite in its own process. Its ports are open when this resolves; see {@link RunningAzurite.ready}.
 *
 * @throws AzuriteError if a required port is in use or the process cannot be started.
 */
export async function startAzuriteChild(spec: AzuriteChildSpec): Promise<AzuriteChild> {
  const hasLostWrites = spec.location !== null && existsSync(path.join(spec.location, OPEN_MARK));
  await mkdir(path.dirname(spec.logFile), { recursive: true });
  // Created here rather than by the child: if the process that started it has exited, the folder may be gone as well.
  // If the folder cannot be created, the child reports why it cannot write there.
  if (spec.location !== null) await mkdir(spec.location, { recursive: true }).catch(() => {});
  const listening = await openPorts(spec.wanted);
  const spare = await spec.spare?.take(process.env);
  const { child, entrancePort } = spare ? await useSpare(spec, spare, listening) : await startNew(spec, listening);
  const { pid } = child;
  if (pid === undefined) throw notReady(await child.ready.catch((error: unknown) => error), spec);
  const ready = child.ready.catch((error: unknown) => {
    throw notReady(error, spec);
  });
  ready.catch(() => {});
  return {
    pid,
    ports: listening.ports,
    connectionString: developmentConnection(listening.ports, spec.accountKey),
    entrance: { port: entrancePort, secret: entranceSecretFor(spec.accountKey) },
    hasLostWrites,
    ready,
    lost: watchLoss(child, spec.location, describePorts(listening.ports)),
    stop: child.stop,
    release: child.release,
  };
}

type Started = { child: SupervisedChild; entrancePort: number };

async function startNew(spec: AzuriteChildSpec, listening: ListeningPorts): Promise<Started> {
  const { fds, entrancePort } = listening;
  // Descriptors after stdin, stdout, stderr and the IPC channel.
  const options = { ...optionsFor(spec, listening), socketFds: fds === undefined ? null : ([4, 5, 6, 7] as const) };
  if (fds === undefined) await listening.close();
  const child = supervise({
    ...supervisionFor(spec),
    file: azuriteProgram(),
    args: [JSON.stringify(options)],
    env: { ...process.env, [KEY_VARIABLE]: spec.accountKey },
    ...(fds === undefined ? {} : { socketFds: fds }),
  });
  if (fds !== undefined) await listening.close();
  return { child, entrancePort };
}

/** Its entrance is open already. It opens the other ports itself. */
async function useSpare(
  spec: AzuriteChildSpec,
  { child, entrancePort }: { child: ChildProcess; entrancePort: number },
  listening: ListeningPorts,
): Promise<Started> {
  await listening.close();
  const { accountKey, logFile } = spec;
  const order: Order = { kind: "open", options: { ...optionsFor(spec, listening), entrancePort }, accountKey, logFile };
  child.send(order, () => {});
  return { child: superviseStarted(child, supervisionFor(spec)), entrancePort };
}

function optionsFor(spec: AzuriteChildSpec, { ports, entrancePort }: ListeningPorts): ChildOptions {
  const { location, allowUsers, sharing, logFile } = spec;
  const ownLogFile = location === null ? logFile : null;
  return { location, ports, entrancePort, socketFds: null, allowUsers, sharing, ownLogFile };
}

function supervisionFor({ logFile }: AzuriteChildSpec): Supervision {
  return {
    name: "Azurite",
    logFile,
    isReady: (message) => (message as { kind?: unknown }).kind === READY.kind,
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopMessage: STOP,
  };
}

async function watchLoss(child: SupervisedChild, location: string | null, ports: string): Promise<AzuriteError> {
  const { isWanted, code, signal } = await child.exited;
  if (isWanted) return new Promise(() => {});
  const explained = explainEnd(code, location, child.lastOutput());
  if (explained !== null) return explained;
  return new AzuriteError({
    code: "ERR_AZURITE_LOST",
    message: [
      `Azurite (ports ${ports}) ended ${signal === null ? `with code ${code}` : `by ${signal}`} while it was in use.`,
      "What it had not saved yet is lost; it saves every 5 s.",
      ...child.lastOutput(),
    ].join("\n"),
    hint: "Start again: saved work continues.",
  });
}

function notReady(cause: unknown, { location, logFile }: AzuriteChildSpec): AzuriteError {
  const { lastOutput: printed, exitCode } =
    cause instanceof ChildStartError ? cause : { lastOutput: [], exitCode: null };
  const explained = explainEnd(exitCode, location, printed);
  if (explained !== null) return explained;
  return new AzuriteError({
    code: "ERR_AZURITE_NOT_READY",
    message: [reasonOf(cause), ...printed].join("\n"),
    hint: `What it printed is in ${logFile}.`,
    cause,
  });
}
