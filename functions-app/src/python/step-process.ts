import { type ChildProcess, spawn } from "node:child_process";
import os from "node:os";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { PythonError } from "./errors.ts";
import { readJsonLines } from "./json-lines.ts";
import { type RunnerFiles, runnerMain, runnerPackages } from "./runner-files.ts";

/** A way to run steps: an interpreter with the packages that it sees. */
export type StepEnvironment = {
  /** `base`, or `requirements:` and the first digits of its key. */
  name: string;
  launch: readonly [string, ...string[]];
  /** Sees nothing but its own packages and dill. */
  isIsolated: boolean;
};

export type StepProcessOptions = {
  environment: StepEnvironment;
  files: RunnerFiles;
  env: NodeJS.ProcessEnv;
  tempDir: string;
  /** For the compiled form of the app's own Python files. */
  pycacheDir: string;
};

/** What a started process says of itself. */
export type ReadyPython = {
  /** For this step alone: `code.py` and `session.in` go in, `work/` is its working directory; removed with the process. */
  folder: string;
  version: string;
  minor: string;
  implementation: string;
  executable: string;
  dill: string;
  /** Another text after packages were installed or removed. */
  packages: string;
};

/** How the process that ran the step's code ended; neither member where it was killed. */
export type StepExit = { cause: "ended" | "killed"; code?: number; signal?: number };

/** One line of JSON to the runner, runner/same_runner/guardian.py. */
export type StepOrder = {
  name: string;
  /** Null: all of the code is one cell, without what notebooks add to Python. */
  cells: readonly { number: number; lines: number; tags?: readonly string[] }[] | null;
  environ: Record<string, string>;
  variableBytes: number;
  /** The last step describes its variables, and its session holds nothing but them. */
  isLast: boolean;
  /** Later steps read `_` or `Out`, so that what cells showed goes with the session. */
  keepsResults: boolean;
  warnOfForeignPackages: boolean;
  /** Reports which files of the working directory the step reads. */
  tracesReads?: boolean;
};

type Reply = ({ kind: "ready" } & ReadyPython) | { kind: "started"; pid: number } | ({ kind: "exit" } & StepExit);

/** What the step prints and shows, as `runner/same_runner/outputs/relay.py` writes it. */
export type Printed = { kind: "output" | "event" };

// Importing dill takes a tenth of a second; a machine that swaps, or a cold disk in the cloud, has its time.
const START_TIMEOUT_MS = 60_000;
// The guardian needs milliseconds to end a tree; this is for one that does not answer at all.
const KILL_TIMEOUT_MS = 10_000;
// A guardian that was killed may have left replies.
const DRAIN_TIMEOUT_MS = 5_000;

/**
 * A Python process for one step, started ahead with dill imported. It ends by itself, with all it started and its folder, as soon as
 * this process is gone: its standard input is the leash.
 */
export class StepProcess {
  readonly #stderr: Readable;
  readonly #child: ChildProcess;
  readonly #ready: Promise<ReadyPython>;
  readonly #control: Writable;
  readonly #exited: Promise<void>;
  readonly #closed: Promise<void>;
  #onExitReply: (exit: StepExit) => void = () => {};
  #onPrinted: (message: Printed) => void = () => {};
  #stepPid: number | undefined;
  #startupErrors = "";

  constructor(options: StepProcessOptions) {
    const child = launch(options);
    this.#child = child;
    [this.#control, this.#stderr] = [child.stdin!, child.stderr!];
    this.#control.on("error", () => {}); // EPIPE: it has ended, which #exited tells.
    this.#stderr.on("data", this.#collect);
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
    this.#closed = new Promise((resolve) => child.once("close", () => resolve()).once("error", () => resolve()));
    this.#ready = this.#becomeReady(child.stdio[3] as Readable);
    this.#ready.catch(() => {}); // Reported when the process is taken.
    this.#setRef(false);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Takes the process for a step: from now on this process waits for it. Rejects with a PythonError where it did not start. */
  async take(): Promise<ReadyPython> {
    this.#setRef(true);
    return this.#ready;
  }

  /** Nobody waits for it any more: it was not used. */
  giveBack(): void {
    this.#setRef(false);
  }

  /**
   * Runs the step whose files lie in the folder, and resolves when its processes have ended and their output has been read.
   * Aborting `signal` kills them.
   *
   * @param onPrinted - Called with all that the step prints and shows, in order.
   */
  async run(order: StepOrder, signal: AbortSignal, onPrinted: (message: Printed) => void): Promise<StepExit> {
    this.#onPrinted = onPrinted;
    const replied = new Promise<StepExit>((resolve) => {
      this.#onExitReply = resolve;
    });
    const gone = this.#exited.then(async () => {
      await Promise.race([this.#closed, delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
      return this.#endWithoutGuardian(signal.aborted);
    });
    this.#control.write(`${JSON.stringify(order)}\n`);
    const kill = () => this.#kill();
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    try {
      return await Promise.race([replied, gone]);
    } finally {
      signal.removeEventListener("abort", kill);
    }
  }

  /** Lets the process end and waits until it has removed its folder. */
  async stop(): Promise<void> {
    this.#control.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Something killed the guardian itself, as the system does when memory runs out. The step's process died with it. */
  #endWithoutGuardian(isKilled: boolean): StepExit {
    try {
      if (this.#stepPid !== undefined) process.kill(-this.#stepPid, "SIGKILL");
    } catch {
      // Its group is gone as well.
    }
    return isKilled ? { cause: "killed" } : { cause: "ended", signal: os.constants.signals.SIGKILL };
  }

  #kill(): void {
    this.#control.write("kill\n");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_TIMEOUT_MS);
    void this.#exited.then(() => clearTimeout(timer));
  }

  /** While it only waits for work it must not keep this process alive. */
  #setRef(isNeeded: boolean): void {
    const handles = [this.#child, ...this.#child.stdio] as ({ ref?: () => void; unref?: () => void } | null)[];
    for (const handle of handles) isNeeded ? handle?.ref?.() : handle?.unref?.();
  }

  readonly #collect = (chunk: Buffer): void => {
    this.#startupErrors = (this.#startupErrors + chunk.toString()).slice(-4000);
  };

  #becomeReady(replies: Readable): Promise<ReadyPython> {
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => {
        clearTimeout(timer);
        const printed = this.#startupErrors.trim();
        const message = `Python (${this.#child.spawnfile}) did not start: ${why}.${printed && ` It printed:\n${printed}`}`;
        reject(new PythonError("ERR_PYTHON_START", message, cause));
      };
      const timer = setTimeout(() => {
        fail(`no answer within ${START_TIMEOUT_MS / 1000} s`);
        this.#child.kill("SIGKILL");
      }, START_TIMEOUT_MS);
      timer.unref();
      this.#child.once("error", (error) => fail(error.message, error));
      void this.#closed.then(() => fail(`it ended with exit code ${this.#child.exitCode ?? this.#child.signalCode}`));
      readJsonLines(replies, (value) => {
        const message = value as Reply | Printed;
        switch (message.kind) {
          case "output":
          case "event":
            return this.#onPrinted(message);
          case "ready":
            clearTimeout(timer);
            return resolve(message);
          case "started":
            this.#stepPid = message.pid;
            return;
          case "exit":
            return this.#onExitReply(message);
        }
      });
    });
  }
}

function launch({ environment, files, env, tempDir, pycacheDir }: StepProcessOptions): ChildProcess {
  const [program, ...first] = environment.launch;
  // Isolated: neither PYTHONPATH nor the user's own site-packages reach an environment of exactly the required packages.
  const flags = environment.isIsolated ? ["-I", "-X", "utf8"] : ["-X", "utf8"];
  const mode = ["step", runnerPackages(files), tempDir, environment.isIsolated ? "1" : "0"];
  return spawn(program, [...first, ...flags, runnerMain(files), pycacheDir, ...mode], {
    env,
    cwd: tempDir,
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C in a terminal reaches the host, which decides.
    detached: true,
  });
}
