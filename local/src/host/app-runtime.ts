import type { Clock, Logger } from "@same-kit/shared";
import { describeExit } from "../events/describe-event.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { WorkerExit } from "../worker/language-worker.ts";
import type { AppGeneration } from "./app-generation.ts";
import { HostError } from "./errors.ts";
import type { HostState } from "./host-options.ts";

export type AppRuntimeDeps = {
  /** Rejects soon after `signal` aborts, leaving nothing behind. */
  start(signal: AbortSignal): Promise<AppGeneration>;
  log: Logger;
  report(event: HostEvent): void;
  clock: Clock;
  /** Crashes within {@link CRASH_WINDOW_MS} after which the worker is not started again. */
  maxCrashes: number;
  /** Two workers cannot share a debugger port: the old one exits before the new one starts. */
  isSequential(): boolean;
  onChange(generation: AppGeneration): void;
  onGaveUp(error: HostError): void;
};

const CRASH_WINDOW_MS = 30 * 60_000;
const FIRST_RESTART_DELAY_MS = 250;
const MAX_RESTART_DELAY_MS = 10_000;
const TERMINATE_GRACE_MS = 5_000;
// Under a debugger nothing is served during a reload, so running calls get at most this long.
const MAX_SEQUENTIAL_DRAIN_MS = 5_000;
const SHOWN_OUTPUT_LINES = 5;

/** Keeps one worker running: restarts it after a crash, replaces it on a reload, lets the old one finish. */
export class AppRuntime {
  state: HostState = "Starting";
  lastError: Error | undefined;
  readonly #deps: AppRuntimeDeps;
  readonly #stopping = new AbortController();
  readonly #waiters = new Set<() => void>();
  /** Workers of earlier generations that are still finishing their calls. */
  readonly #retired = new Map<AppGeneration, Promise<void>>();
  #current: AppGeneration | undefined;
  /** Workers are started, replaced and ended one change at a time. */
  #change: Promise<void> = Promise.resolve();
  #crashes: number[] = [];

  constructor(deps: AppRuntimeDeps) {
    this.#deps = deps;
  }

  get current(): AppGeneration | undefined {
    return this.#current;
  }

  /**
   * @throws HostError if the app does not load; the runtime is then in the state `Error` and {@link reload} still
   *   works.
   */
  start(): Promise<void> {
    return this.#enqueue(() => this.#startNew());
  }

  /**
   * Waits until a worker is available, at most `timeoutMs`; `undefined` if there is none.
   *
   * @param isPatient - Also wait in the state `Error`: a change of the app's files may fix it.
   */
  async waitForGeneration(timeoutMs: number, isPatient = false): Promise<AppGeneration | undefined> {
    const endsAt = performance.now() + timeoutMs;
    for (;;) {
      const isHopeless = this.#isSettled() && !(isPatient && this.state === "Error");
      const remainingMs = endsAt - performance.now();
      if (this.#current !== undefined || isHopeless || remainingMs <= 0) return this.#current;
      await this.#nextChange(remainingMs);
    }
  }

  /** Reloads the app; the old worker serves until the new one is ready, and continues if that fails. */
  reload(drainTimeoutMs: number): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#stopping.signal.aborted) return;
      this.#crashes = [];
      const old = this.#current;
      if (old !== undefined && this.#deps.isSequential()) {
        this.#current = undefined;
        await this.#drain(old, Math.min(drainTimeoutMs, MAX_SEQUENTIAL_DRAIN_MS));
      }
      await this.#startNew();
      if (old !== undefined) this.#retire(old, drainTimeoutMs);
    });
  }

  /** Ends a worker whose code does not return; a new one replaces it. Does not count as a crash. */
  replace(generation: AppGeneration, reason: string): void {
    this.#deps.log.warn("The worker is replaced.", { reason });
    if (this.#current !== generation) {
      void generation.worker.kill();
      return;
    }
    // Removed immediately: the next call must wait for the new worker.
    this.#current = undefined;
    this.#setState("Starting");
    this.#restart(() => generation.worker.kill());
  }

  async stop(drainTimeoutMs: number, onAppEnded = () => {}): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#setState("Stopping");
    this.#stopping.abort();
    await this.#change.catch(() => {});
    const all = [...this.#retired.keys(), ...(this.#current === undefined ? [] : [this.#current])];
    void Promise.all(all.map(({ worker }) => worker.terminated)).then(onAppEnded);
    // Retired workers had the time limit of a reload; the limit of the stop applies now.
    await Promise.all(all.map((it) => this.#drain(it, drainTimeoutMs)));
    await Promise.all(this.#retired.values());
    this.#current = undefined;
    this.#setState("Stopped");
  }

  #nextChange(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiters.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#waiters.add(finish);
    });
  }

  #isSettled(): boolean {
    return this.state === "Error" || this.state === "Stopping" || this.state === "Stopped";
  }

  #setState(state: HostState): void {
    this.state = state;
    for (const wake of [...this.#waiters]) wake();
  }

  #enqueue(change: () => Promise<void>): Promise<void> {
    const next = this.#change.catch(() => {}).then(change);
    this.#change = next;
    // Callers that ignore the result must not end the process.
    next.catch(() => {});
    return next;
  }

  async #startNew(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    try {
      const generation = await this.#deps.start(this.#stopping.signal);
      this.#current = generation;
      this.lastError = undefined;
      this.#deps.onChange(generation);
      this.#setState("Running");
      void generation.worker.gone.then(() => this.#afterExit(generation));
    } catch (error) {
      this.lastError = error as Error;
      if (this.#current === undefined) this.#setState("Error");
      throw error;
    }
  }

  async #afterExit(generation: AppGeneration): Promise<void> {
    if (this.#current !== generation || this.#stopping.signal.aborted) return;
    // Cleared immediately: new calls wait for the next worker, while the last lines of this one still arrive.
    this.#current = undefined;
    this.#setState("Starting");
    const exit = await generation.worker.exited;
    if (!this.#stopping.signal.aborted) this.#restartAfterCrash(exit);
  }

  #restartAfterCrash(exit: WorkerExit): void {
    const { report, clock, maxCrashes } = this.#deps;
    const now = clock.now();
    this.#crashes = [...this.#crashes.filter((at) => now.getTime() - at < CRASH_WINDOW_MS), now.getTime()];
    const { code, signal } = exit;
    const lastOutput = exit.lastOutput.slice(-SHOWN_OUTPUT_LINES).join("\n") || null;
    report({ kind: "worker-ended", time: now, code, signal, crashes: this.#crashes.length, lastOutput });
    if (this.#crashes.length > maxCrashes) this.#giveUp(exit);
    else this.#restart(() => clock.sleep(restartDelayMs(this.#crashes.length), this.#stopping.signal));
  }

  #giveUp(exit: WorkerExit): void {
    const how = describeExit(exit);
    const printed = exit.lastOutput.length === 0 ? "" : ` Its last output:\n${exit.lastOutput.join("\n")}`;
    const error = new HostError({
      code: "ERR_WORKER_CRASHED",
      message: `The app's worker process ended ${this.#crashes.length} times within 30 minutes and is not restarted; the last time it ${how}.${printed}`,
      hint: "Look for process.exit() calls, uncaught errors and memory use in the app.",
    });
    this.lastError = error;
    this.#setState("Error");
    this.#deps.log.error(error.message);
    this.#deps.onGaveUp(error);
  }

  #restart(before: () => Promise<void>): void {
    this.#enqueue(async () => {
      await before();
      if (this.#current === undefined) await this.#startNew();
    }).catch((error: Error) => {
      this.#deps.log.error("The worker could not be restarted.", { reason: error.message });
      this.#deps.onGaveUp(
        error instanceof HostError
          ? error
          : new HostError({ code: "ERR_WORKER_CRASHED", message: error.message, cause: error }),
      );
    });
  }

  async #drain(generation: AppGeneration, timeoutMs: number): Promise<void> {
    await generation.worker.waitForIdle(timeoutMs);
    await generation.worker.terminate(TERMINATE_GRACE_MS);
  }

  #retire(generation: AppGeneration, drainTimeoutMs: number): void {
    const drained = this.#drain(generation, drainTimeoutMs).finally(() => this.#retired.delete(generation));
    this.#retired.set(generation, drained);
  }
}

/** No delay after the first crash: most crashes are one bad call. */
function restartDelayMs(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(FIRST_RESTART_DELAY_MS * 2 ** (crashes - 2), MAX_RESTART_DELAY_MS);
}
