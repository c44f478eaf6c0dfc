import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { YOUNG_GENERATION } from "../shared/young-generation.ts";
import { killTree } from "./kill-tree.ts";

const DEFAULT_STOP_TIMEOUT_MS = 10_000;
const SHOWN_OUTPUT_LINES = 15;

export type ChildSpec = {
  /** What the child is called in messages: "Azurite". */
  name: string;
  /** The JavaScript file that it runs. */
  file: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** What the child prints goes there, so that it may outlive us; the file starts empty. */
  logFile: string;
  /** File descriptors that it inherits, as 4 and up; not on Windows. */
  socketFds?: readonly number[];
  /** @returns Whether this message of the child says that it is ready. */
  isReady(message: unknown): boolean;
  readyTimeoutMs: number;
  /** The message that asks the child to end; it also ends when the channel closes. */
  stopMessage: unknown;
  stopTimeoutMs?: number;
};

export type ChildExit = { isWanted: boolean; code: number | null; signal: NodeJS.Signals | null };

export interface SupervisedChild {
  readonly pid: number | undefined;
  readonly process: ChildProcess;
  /** Rejects with a {@link ChildStartError} if the child exits, or times out silently, before it is ready. */
  readonly ready: Promise<void>;
  /** Resolves when the child has ended; `isWanted` tells a stop from a crash. Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Asks, waits, then ends the whole tree. Safe to call twice. */
  stop(): Promise<void>;
  /** Lets go of the child, which decides itself when to end. */
  release(): void;
  /** The last lines that it printed. */
  lastOutput(): string[];
}

/** A child did not become ready; `lastOutput` is what it printed. */
export class ChildStartError extends Error {
  constructor(
    message: string,
    readonly lastOutput: readonly string[],
    /** Null where it did not end by itself. */
    readonly exitCode: number | null = null,
  ) {
    super(message);
    this.name = "ChildStartError";
  }
}

/** Runs one of our Node programs in its own session: Ctrl+C in the terminal reaches us, and we decide what it means. */
export function supervise(spec: ChildSpec): SupervisedChild {
  const child = forkDetached(spec);
  const exit = Promise.withResolvers<ChildExit>();
  const ready = Promise.withResolvers<void>();
  let isStopWanted = false;
  let stopped: Promise<void> | undefined;
  const lastOutput = () => readLastLines(spec.logFile);
  const fail = (what: string, code: number | null = null) =>
    ready.reject(new ChildStartError(`${spec.name} ${what}`, lastOutput(), code));

  // The waiting code handles it; nobody waiting is no reason to end this process.
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

function forkDetached({ file, args = [], env = process.env, logFile, socketFds = [] }: ChildSpec): ChildProcess {
  const log = openSync(logFile, "w", 0o600);
  try {
    return fork(file, [...args], {
      env,
      // Not ours: we may run under a debugger or a loader. What is deprecated in a dependency is no news to a user.
      execArgv: ["--no-deprecation", YOUNG_GENERATION],
      detached: true,
      stdio: ["ignore", log, log, "ipc", ...socketFds],
    });
  } finally {
    closeSync(log);
  }
}

async function stopChild(child: ChildProcess, exited: Promise<ChildExit>, spec: ChildSpec): Promise<void> {
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
