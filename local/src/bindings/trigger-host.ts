import { type Clock, type Logger, reasonOf } from "@same-kit/shared";
import type { AppFunction, FunctionsHost, HostExtension } from "../host/index.ts";

/** The parts of the host that a trigger's listener uses. */
export type TriggerHost = Pick<
  FunctionsHost,
  "env" | "hostId" | "state" | "registeredFunctions" | "invoke" | "extensionSettings"
>;

export type TriggerDeps = { clock: Clock; log: Logger };

/** An extension whose triggers run while the host runs. */
export type TriggerExtension = HostExtension & {
  start(host: TriggerHost): void;
  /** Accepts nothing new; running calls continue. */
  stop(): void;
  /** Resolves when nothing is running and everything is recorded. Call it after the host's invocations have ended. */
  settled(): Promise<void>;
};

/**
 * Serves one function until `signal` aborts. A rejection is reported, and the function is served again after a pause.
 */
type Listen = (fn: AppFunction, signal: AbortSignal) => Promise<void>;

// How often functions are checked for changes after a reload.
const CHECK_MS = 1_000;
const RETRY_MS = 5_000;

/**
 * Runs one listener for each function with the trigger type, and adjusts the set when a reload changes the functions.
 */
export class Listeners {
  readonly #triggerType: string;
  readonly #listen: Listen;
  readonly #deps: TriggerDeps;
  readonly #stopping = new AbortController();
  readonly #listeners = new Map<string, { stop: AbortController }>();
  readonly #running = new Set<Promise<void>>();

  constructor(triggerType: string, listen: Listen, deps: TriggerDeps) {
    this.#triggerType = triggerType.toLowerCase();
    this.#listen = listen;
    this.#deps = deps;
  }

  start(host: TriggerHost): void {
    this.#track(this.#follow(host));
  }

  stop(): void {
    this.#stopping.abort();
    for (const { stop } of this.#listeners.values()) stop.abort();
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #follow(host: TriggerHost): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#adjust(host.registeredFunctions().filter((fn) => this.#serves(fn)));
      await this.#deps.clock.sleep(CHECK_MS, signal, { isRoutine: true });
    }
  }

  #serves({ trigger, isDisabled, errors }: AppFunction): boolean {
    return trigger?.type.toLowerCase() === this.#triggerType && !isDisabled && errors.length === 0;
  }

  #adjust(functions: readonly AppFunction[]): void {
    const wanted = new Map(functions.map((fn) => [`${fn.name} ${JSON.stringify(fn.trigger)}`, fn]));
    for (const [key, { stop }] of this.#listeners) {
      if (wanted.has(key)) continue;
      stop.abort();
      this.#listeners.delete(key);
    }
    for (const [key, fn] of wanted) {
      if (this.#listeners.has(key)) continue;
      const stop = new AbortController();
      this.#listeners.set(key, { stop });
      this.#track(this.#serve(fn, stop.signal));
    }
  }

  #serve(fn: AppFunction, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    return keepTrying((stop) => this.#listen(fn, stop), {
      signal,
      clock,
      onError: (reason) => log.error("This trigger does not work.", { functionName: fn.name, reason }),
    });
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}

/** Repeats `work` until `signal` aborts. A failure is reported once, not again while it repeats. */
export async function keepTrying(
  work: (signal: AbortSignal) => Promise<void>,
  { signal, clock, onError }: { signal: AbortSignal; clock: Clock; onError(reason: string): void },
): Promise<void> {
  let lastReason = "";
  while (!signal.aborted) {
    try {
      await work(signal);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== lastReason) onError(reason);
      lastReason = reason;
      await clock.sleep(RETRY_MS, signal, { isRoutine: true });
    }
  }
}
