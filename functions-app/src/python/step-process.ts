import os from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { PythonError } from "./errors.ts";
import type { Guardian } from "./guardian.ts";
import { readJsonLines } from "./json-lines.ts";

/** What a started process reports about itself. */
export type ReadyPython = {
  /** A folder for this step only: it receives `code.py` and the session, and `work/` is the working directory; removed with the process. */
  folder: string;
  pid: number;
  version: string;
  minor: string;
  implementation: string;
  executable: string;
  dill: string;
  /** Changes when packages are installed or removed. */
  packages: string;
};

/** How the process that ran the step's code ended; neither member if it was killed. */
export type StepExit = { cause: "ended" | "killed"; code?: number; signal?: number };

/** One line of JSON to the runner, runner/same_runner/guardian.py. */
export type StepOrder = {
  name: string;
  /** Null: all of the code is one cell, without the features of notebooks. */
  cells: readonly { number: number; lines: number; tags?: readonly string[] }[] | null;
  environ: Record<string, string>;
  variableBytes: number;
  /** A session that is larger in the inline format is left in parts. */
  inlineBytes: number;
  sessionBytes: number;
  /** Contains the parts of the previous session; those of this step's session are added. */
  sessionFolder: string;
  /** The last step describes its variables, and its session contains only these. */
  isLast: boolean;
  /** Later steps read `_` or `Out`, so the results of the cells are saved in the session. */
  keepsResults: boolean;
  warnOfForeignPackages: boolean;
  /** Report which files of the working directory the step reads. */
  tracesReads?: boolean;
};

type Reply = ({ kind: "ready" } & ReadyPython) | { kind: "started"; pid: number } | ({ kind: "exit" } & StepExit);

/** A message about what the step prints or displays, in the format of `runner/same_runner/outputs/relay.py`. */
export type Printed = { kind: "output" | "event" };

// Importing dill takes a tenth of a second; a machine that swaps, or a cold disk in the cloud, needs longer.
const START_TIMEOUT_MS = 60_000;
// The guardian needs milliseconds to end a process tree; this limit is for a guardian that does not respond at all.
const KILL_TIMEOUT_MS = 10_000;
// A guardian that was killed may have left unread replies.
const DRAIN_TIMEOUT_MS = 5_000;

/**
 * A Python process for one step, started in advance with dill imported. It exits by itself, with all its child processes and its
 * folder, as soon as this process is gone: it watches its standard input.
 */
export class StepProcess {
  readonly #guardian: Guardian;
  readonly #ready: Promise<ReadyPython>;
  #onExitReply: (exit: StepExit) => void = () => {};
  #onPrinted: (message: Printed) => void = () => {};
  #pid: number | undefined;
  #stepPid: number | undefined;
  #startupErrors = "";

  constructor(guardian: Guardian) {
    this.#guardian = guardian;
    guardian.errors?.on("data", this.#collect);
    this.#ready = this.#becomeReady();
    this.#ready.catch(() => {}); // Reported when the process is taken.
    guardian.setRef(false);
  }

  get isAlive(): boolean {
    return this.#guardian.isAlive;
  }

  /** Takes the process for a step: from now on, it keeps this process alive. Rejects with a PythonError if it did not start. */
  async take(): Promise<ReadyPython> {
    this.#guardian.setRef(true);
    return this.#ready;
  }

  /** Returns the process unused: it no longer keeps this process alive. */
  giveBack(): void {
    this.#guardian.setRef(false);
  }

  /**
   * Runs the step whose files are in the folder, and resolves when its processes have ended and their output has been read.
   * Aborting `signal` kills them.
   *
   * @param onPrinted - Called for everything that the step prints and displays, in order.
   */
  async run(order: StepOrder, signal: AbortSignal, onPrinted: (message: Printed) => void): Promise<StepExit> {
    this.#onPrinted = onPrinted;
    const replied = new Promise<StepExit>((resolve) => {
      this.#onExitReply = resolve;
    });
    const gone = this.#guardian.exited.then(async () => {
      await Promise.race([this.#guardian.closed, delay(DRAIN_TIMEOUT_MS, undefined, { ref: false })]);
      return this.#endWithoutGuardian(signal.aborted);
    });
    this.#guardian.control.write(`${JSON.stringify(order)}\n`);
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
    this.#guardian.control.end();
    const timer = setTimeout(() => this.#guardian.kill(this.#pid), KILL_TIMEOUT_MS);
    await this.#guardian.exited;
    clearTimeout(timer);
  }

  /** The guardian itself was killed, for example by the system when memory ran out. The step's process died with it. */
  #endWithoutGuardian(isKilled: boolean): StepExit {
    try {
      if (this.#stepPid !== undefined) process.kill(-this.#stepPid, "SIGKILL");
    } catch {
      // Its process group is gone as well.
    }
    return isKilled ? { cause: "killed" } : { cause: "ended", signal: os.constants.signals.SIGKILL };
  }

  #kill(): void {
    this.#guardian.control.write("kill\n");
    const timer = setTimeout(() => this.#guardian.kill(this.#pid), KILL_TIMEOUT_MS);
    void this.#guardian.exited.then(() => clearTimeout(timer));
  }

  readonly #collect = (chunk: Buffer): void => {
    this.#startupErrors = (this.#startupErrors + chunk.toString()).slice(-4000);
  };

  #becomeReady(): Promise<ReadyPython> {
    const { program, replies, closed, failed } = this.#guardian;
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => {
        clearTimeout(timer);
        const printed = this.#startupErrors.trim();
        const message = `Python (${program}) did not start: ${why}.${printed && ` It printed:\n${printed}`}`;
        reject(new PythonError("ERR_PYTHON_START", message, cause));
      };
      const timer = setTimeout(() => {
        fail(`no answer within ${START_TIMEOUT_MS / 1000} s`);
        this.#guardian.kill(this.#pid);
      }, START_TIMEOUT_MS);
      timer.unref();
      void failed.then((error) => fail(error.message, error));
      void closed.then(() => fail(this.#guardian.describeExit()));
      readJsonLines(replies, (value) => {
        const message = value as Reply | Printed;
        switch (message.kind) {
          case "output":
          case "event":
            return this.#onPrinted(message);
          case "ready":
            clearTimeout(timer);
            this.#pid = message.pid;
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
