import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { EnvironmentLock } from "./install-requirements.ts";
import { type RunnerFiles, runnerMain, runnerPackages } from "./runner-files.ts";

/** An environment for steps: an interpreter with the packages that it can import. */
export type StepEnvironment = {
  /** `base`, or `requirements:` and the first digits of its key. */
  name: string;
  launch: readonly [string, ...string[]];
  /** Can only import its own packages and dill. */
  isIsolated: boolean;
  /** What was installed; absent for an interpreter's own packages. */
  lock?: EnvironmentLock;
};

export type StepProcessOptions = {
  environment: StepEnvironment;
  files: RunnerFiles;
  env: NodeJS.ProcessEnv;
  tempDir: string;
  /** For the compiled form of the app's own Python files. */
  pycacheDir: string;
};

/** The process that runs one step, runner/same_runner/guardian.py: this process's ends of its streams. */
export type Guardian = {
  program: string;
  /** Its standard input. The guardian exits when this is closed. */
  control: Writable;
  replies: Readable;
  /** Its standard error; absent if the output of another process contains it. */
  errors?: Readable;
  readonly isAlive: boolean;
  exited: Promise<void>;
  /** Resolves when it has exited and all its output has arrived. */
  closed: Promise<void>;
  /** Resolves only if it could not be started. */
  failed: Promise<Error>;
  /** How it exited, as the end of a sentence. */
  describeExit(): string;
  /** @param pid - The PID that it reported; undefined before that. */
  kill(pid: number | undefined): void;
  /** While it only waits for work, it must not keep this process alive. */
  setRef(isNeeded: boolean): void;
};

/** Starts a Python process as a guardian. */
export function spawnGuardian(options: StepProcessOptions): Guardian {
  const child = spawnRunner("step", options);
  child.stdin!.on("error", () => {}); // EPIPE: it has ended, which `exited` reports.
  return {
    program: child.spawnfile,
    control: child.stdin!,
    replies: child.stdio[3] as Readable,
    errors: child.stderr!,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    },
    exited: new Promise((resolve) => child.once("exit", () => resolve()).once("error", () => resolve())),
    closed: new Promise((resolve) => child.once("close", () => resolve()).once("error", () => resolve())),
    failed: new Promise((resolve) => child.once("error", resolve)),
    describeExit: () => `it ended with exit code ${child.exitCode ?? child.signalCode}`,
    kill: () => void child.kill("SIGKILL"),
    setRef: (isNeeded) => setRefs([child, ...child.stdio], isNeeded),
  };
}

/** Starts the runner in one of its modes. Descriptors: its lifeline (stdin), its errors, and replies on descriptor 3. */
export function spawnRunner(
  mode: "step" | "template",
  { environment, files, env, tempDir, pycacheDir }: StepProcessOptions,
  more: readonly string[] = [],
): ChildProcess {
  const [program, ...first] = environment.launch;
  // Isolated: neither PYTHONPATH nor the user's own site-packages may add to the required packages.
  const flags = environment.isIsolated ? ["-I", "-X", "utf8"] : ["-X", "utf8"];
  const own = [mode, runnerPackages(files), tempDir, environment.isIsolated ? "1" : "0", ...more];
  return spawn(program, [...first, ...flags, runnerMain(files), pycacheDir, ...own], {
    env,
    cwd: tempDir,
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    // A separate process group: Ctrl-C in a terminal reaches the host, which decides.
    detached: true,
  });
}

/** Lets a template fork a guardian. Of the two connections, the template uses the first one as the guardian's input. */
export function forkGuardian(socketPath: string): Guardian {
  const control = connect(socketPath);
  const replies = connect(socketPath);
  let error: Error | undefined;
  const closed = new Promise<void>((resolve) => replies.once("close", () => resolve()));
  for (const socket of [control, replies]) {
    socket.on("error", (reason) => {
      error ??= reason;
    });
  }
  const isOpen = ({ destroyed, readyState }: Socket) => !destroyed && readyState !== "closed";
  return {
    program: socketPath,
    control,
    replies,
    get isAlive() {
      return isOpen(replies) && !replies.readableEnded;
    },
    exited: closed,
    closed,
    failed: new Promise(() => {}),
    describeExit: () => error?.message ?? "it ended",
    kill: (pid) => {
      // It exits when its input is closed.
      if (pid === undefined) control.destroy();
      else killProcess(pid);
    },
    setRef: (isNeeded) => setRefs([control, replies], isNeeded),
  };
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has already exited.
  }
}

/** Sets whether these streams and processes keep this process alive. */
export function setRefs(handles: readonly unknown[], isNeeded: boolean): void {
  for (const handle of handles as ({ ref?: () => void; unref?: () => void } | null)[]) {
    if (isNeeded) handle?.ref?.();
    else handle?.unref?.();
  }
}
