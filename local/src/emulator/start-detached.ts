import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { pollUntil } from "@same-kit/shared";
import { killTree } from "../process/kill-tree.ts";
import { stopProcess } from "../process/stop-process.ts";
import { newGuidN } from "../shared/ids.ts";
import { openStateFolder } from "../state/state-folder.ts";
import { EmulatorError } from "./errors.ts";
import { listRunningHosts, type RunningHost } from "./running-hosts.ts";

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const SHOWN_LINES = 20;

/**
 * Set for a command that runs in the background: the path of its log, which the command passes on as
 * `LocalOptions.detachedLogFile`.
 */
export const DETACHED_LOG_VARIABLE = "SAME_KIT_DETACHED_LOG";

export type DetachedOptions = {
  stateDir: string;
  /** A command that calls `startLocal` with the same state folder and runs until it is asked to end. */
  command: readonly [file: string, ...args: string[]];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the host if it aborts before the host is ready. */
  signal?: AbortSignal;
};

/**
 * Runs a host in the background and waits until its run file reports that it is ready.
 *
 * @throws EmulatorError `ERR_DETACHED_START` with its last output; the reason of `signal` if that aborts.
 */
export async function startDetached({
  stateDir,
  command,
  cwd,
  env = process.env,
  signal,
}: DetachedOptions): Promise<RunningHost> {
  const { hostsDir } = await openStateFolder(stateDir);
  const logFile = path.join(hostsDir, `${newGuidN()}.log`);
  const child = spawnDetached(command, { cwd, env: { ...env, [DETACHED_LOG_VARIABLE]: logFile }, logFile });
  const host = await pollUntil({
    attempt: async () => {
      const started = (await listRunningHosts(stateDir)).find((it) => it.logFile === logFile);
      if (started !== undefined) return started;
      const end = child.end();
      if (end !== undefined) throw startError(end, logFile);
      if (signal?.aborted === true && child.pid !== undefined) {
        await stopProcess({ pid: child.pid });
        throw signal.reason;
      }
      return null;
    },
    everyMs: POLL_MS,
    limitMs: READY_TIMEOUT_MS,
  });
  if (host === null) {
    if (child.pid !== undefined) await killTree(child.pid);
    throw startError(`was not ready within ${READY_TIMEOUT_MS / 1000} s and has been ended`, logFile);
  }
  child.release();
  return host;
}

type DetachedChild = {
  pid: number | undefined;
  /** How it ended; undefined while it runs. */
  end(): string | undefined;
  /** Lets this process exit without it. */
  release(): void;
};

function spawnDetached(
  [file, ...args]: DetachedOptions["command"],
  { cwd, env, logFile }: { cwd: string | undefined; env: NodeJS.ProcessEnv; logFile: string },
): DetachedChild {
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let end: string | undefined;
  child.on("error", (error) => {
    end = `could not be started: ${error.message}`;
  });
  child.on("exit", (code, signal) => {
    end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  });
  return { pid: child.pid, end: () => end, release: () => child.unref() };
}

function startError(what: string, logFile: string): EmulatorError {
  const printed = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-SHOWN_LINES);
  return new EmulatorError({
    code: "ERR_DETACHED_START",
    message: [`The background host ${what}.`, ...printed.filter((line) => line !== "")].join("\n"),
    hint: `Its output is in ${logFile}.`,
  });
}
