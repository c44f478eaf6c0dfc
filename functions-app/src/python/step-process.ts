import os from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { PythonError } from "./errors.ts";
import type { Guardian } from "./guardian.ts";
import { readJsonLines } from "./json-lines.ts";

/** What a started process says of itself. */
export type ReadyPython = {
  /** For this step alone: `code.py` and the session go in, `work/` is its working directory; removed with the process. */
  folder: string;
  pid: number;
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
  /** A session that is larger in the form of clients is left in parts. */
  inlineBytes: number;
  sessionBytes: number;
  /** Has the parts of the session before; those of this step's are left there. */
  sessionFolder: string;
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

  /** Takes the process for a step: from now on this process waits for it. Rejects with a PythonError where it did not start. */
  async take(): Promise<ReadyPython> {
    this.#guardian.setRef(true);
    return this.#ready;
  }

  /** Nobody waits for it any more: it was not used. */
  giveBack(): void {
    this.#guardian.setRef(false);
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
