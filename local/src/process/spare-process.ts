import type { ChildProcess } from "node:child_process";

// Node.js and the system's libraries read these only when a process starts.
const READ_AT_START = /^(NODE_|UV_|LD_|DYLD_|MALLOC_|OPENSSL_|SSL_|ICU_|LC_|LANG$|LANGUAGE$|TZ$)/;

// A command that needs it takes it within a second.
const UNUSED_LIMIT_MS = 10_000;

/**
 * A child process that is started before it is known what for: while a command loads, a core would have nothing to do.
 * It is told by a message. If it is not used, it ends after some seconds, with this process, or when the channel closes.
 */
export class SpareProcess {
  readonly #child: ChildProcess;
  readonly #env: NodeJS.ProcessEnv;
  #isWaiting = true;
  readonly #discardAtExit = () => this.discard();
  readonly #unused: NodeJS.Timeout;

  /** @param env - With which the child was started. */
  constructor(child: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#child = child;
    this.#env = { ...env };
    // One that could not be started is not connected, and is not taken.
    child.on("error", () => {});
    setRefs(child, false);
    process.once("exit", this.#discardAtExit);
    this.#unused = setTimeout(this.#discardAtExit, UNUSED_LIMIT_MS).unref();
  }

  /**
   * @param env - The environment that the process should have been started with.
   * @returns null if it was taken before, has ended or was started differently; it is then discarded.
   */
  take(env: NodeJS.ProcessEnv): ChildProcess | null {
    const { connected, exitCode, signalCode } = this.#child;
    const isRunning = connected && exitCode === null && signalCode === null;
    if (!this.#isWaiting || !isRunning || !isStartedAlike(env, this.#env)) {
      this.discard();
      return null;
    }
    this.#release();
    setRefs(this.#child, true);
    return this.#child;
  }

  /** Ends the process unless it was taken. Safe to call twice. */
  discard(): void {
    if (!this.#isWaiting) return;
    this.#release();
    this.#child.kill("SIGKILL");
  }

  #release(): void {
    this.#isWaiting = false;
    process.removeListener("exit", this.#discardAtExit);
    clearTimeout(this.#unused);
  }
}

function isStartedAlike(wanted: NodeJS.ProcessEnv, present: NodeJS.ProcessEnv): boolean {
  const names = new Set([...Object.keys(wanted), ...Object.keys(present)]);
  return [...names].every((name) => !READ_AT_START.test(name) || wanted[name] === present[name]);
}

type WithRef = { ref(): void; unref(): void };

/** Whether the child keeps this process running. */
function setRefs(child: ChildProcess, isNeeded: boolean): void {
  const parts = [child, child.channel, child.stdout, child.stderr] as (WithRef | null | undefined)[];
  for (const it of parts) isNeeded ? it?.ref() : it?.unref();
}
