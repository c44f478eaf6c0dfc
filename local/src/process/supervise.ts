import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { YOUNG_GENERATION } from "../shared/young-generation.ts";
import { killTree } from "./kill-tree.ts";

const DEFAULT_STOP_TIMEOUT_MS = 10_000;
const SHOWN_OUTPUT_LINES = 15;

type Program = {
  /** The JavaScript file to run. */
  file: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** File descriptors to inherit, as 4 and up; not on Windows. */
  socketFds?: readonly number[];
};

export type ChildSpec = Program & Supervision;

export type Supervision = {
  /** The child's name in messages: "Azurite". */
  name: string;
  /** File for the child's output, so that the child can outlive us; truncated at the start. */
  logFile: string;
  /** @returns Whether this message from the child reports that it is ready. */
  isReady(message: unknown): boolean;
  readyTimeoutMs: number;
  /** The message that asks the child to end; it also ends when the channel closes. */
  stopMessage: unknown;
  stopTimeoutMs?: number;
};

type ChildExit = { isWanted: boolean; code: number | null; signal: NodeJS.Signals | null };

/** A running child process and the handles to stop or release it. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  readonly process: ChildProcess;
  /**
   * Rejects with a {@link ChildStartError} if the child exits before it is ready, or does not report within the time
   * limit.
   */
  readonly ready: Promise<void>;
  /** Resolves when the child has ended; `isWanted` distinguishes a stop from a crash. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Asks the child to end, waits, then kills its process tree. Safe to call twice. */
  stop(): Promise<void>;
  /** Releases the child, which then decides itself when to end. */
  release(): void;
  /** The last lines of its output. */
  lastOutput(): string[];
}

/** A child did not become ready; `lastOutput` contains its last lines. */
export class ChildStartError extends Error {
  constructor(
    message: string,
    readonly lastOutput: readonly string[],
    /** Null if it did not exit on its own. */
    readonly exitCode: number | null = null,
  ) {
    super(message);
    this.name = "ChildStartError";
  }
}

/**
 * Runs one of our Node.js programs in its own session: Ctrl+C in the terminal reaches only us, and we decide what to
 * do.
 */
export function supervise(spec: ChildSpec): SupervisedChild {
  const log = openSync(spec.logFile, "w", 0o600);
  try {
    return superviseStarted(forkDetached({ ...spec, output: log }), spec);
  } finally {
    closeSync(log);
  }
}

/** Does the same for a child that {@link forkDetached} has started. */
export function superviseStarted(child: ChildProcess, spec: Supervision): SupervisedChild {
  const exit = Promise.withResolvers<ChildExit>();
  const ready = Promise.withResolvers<void>();
  let isStopWanted = false;
  let stopped: Promise<void> | undefined;
  const lastOutput = () => readLastLines(spec.logFile);
  const fail = (what: string, code: number | null = null) =>
    ready.reject(new ChildStartError(`${spec.name} ${what}`, lastOutput(), code));

  // The caller that awaits `ready` handles the rejection; without one, the rejection must not end this process.
  ready.promise.catch(() => {});
  child.on("message", (message) => spec.isReady(message) && ready.resolve());
  child.on("error", (cause) => {
    fail(`could not be started: ${cause.message}.`);
    if (child.pid === undefined) exit.resolve({ isWanted: isStopWanted, code: null, signal: null });
  });
  child.on("exit", (code, signal) => {
    fail(`ended ${signal === null ? `with code ${code}` : `by ${signal}`} before it was ready.`, code);
    exit.resolve({ isWanted: isStopWanted, code, signal });
  });
  const timer = setTimeout(() => fail(`was not ready within ${spec.readyTimeoutMs / 1000} s.`), spec.readyTimeoutMs);
  ready.promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );

  return {
    pid: child.pid,
    process: child,
    ready: ready.promise,
    exited: exit.promise,
    lastOutput,
    release: () => releaseChild(child),
    stop() {
      isStopWanted = true;
      stopped ??= stopChild(child, exit.promise, spec);
      return stopped;
    },
  };
}

/** @param output - Receives its output: a file's descriptor, or nothing. */
export function forkDetached({
  file,
  args = [],
  env = process.env,
  socketFds = [],
  output,
}: Program & { output: number | "ignore" }): ChildProcess {
  return fork(file, [...args], {
    env,
    // Does not inherit our arguments, because we may run under a debugger or a loader. Deprecations in dependencies
    // do not concern users.
    execArgv: ["--no-deprecation", YOUNG_GENERATION],
    detached: true,
    stdio: ["ignore", output, output, "ipc", ...socketFds],
  });
}

async function stopChild(child: ChildProcess, exited: Promise<ChildExit>, spec: Supervision): Promise<void> {
  if (child.connected) child.send(spec.stopMessage as object, () => {});
  const timer = setTimeout(
    () => child.pid !== undefined && void killTree(child.pid),
    spec.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS,
  );
  await exited;
  clearTimeout(timer);
}

function releaseChild(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  child.unref();
}

function readLastLines(file: string): string[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.filter((line) => line.trim() !== "").slice(-SHOWN_OUTPUT_LINES);
  } catch {
    return [];
  }
}
