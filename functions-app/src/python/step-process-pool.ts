import { type StepEnvironment, StepProcess, type StepProcessOptions } from "./step-process.ts";

// More environments than this seldom take turns, and each spare keeps a Python's memory.
const MAX_SPARES = 2;

/**
 * Keeps one started process per environment ready, so that a step does not wait for Python and dill to start. A process serves one
 * step and is never used again: nothing of a step is left for the next one.
 */
export class StepProcessPool {
  readonly #options: Omit<StepProcessOptions, "environment">;
  readonly #spares = new Map<string, StepProcess>();

  constructor(options: Omit<StepProcessOptions, "environment">) {
    this.#options = options;
  }

  take(environment: StepEnvironment): StepProcess {
    const key = keyOf(environment);
    const spare = this.#spares.get(key);
    this.#spares.delete(key);
    if (spare?.isAlive) return spare;
    return new StepProcess({ ...this.#options, environment });
  }

  /** Starts a process for the next step that may come. */
  prepare(environment: StepEnvironment): void {
    const present = this.#spares.get(keyOf(environment));
    this.#keep(environment, present?.isAlive ? present : new StepProcess({ ...this.#options, environment }));
  }

  /** For a process that was taken and not used: it waits for the next step. */
  giveBack(environment: StepEnvironment, process: StepProcess): void {
    process.giveBack();
    if (this.#spares.get(keyOf(environment))?.isAlive) void process.stop();
    else this.#keep(environment, process);
  }

  #keep(environment: StepEnvironment, process: StepProcess): void {
    const key = keyOf(environment);
    this.#spares.delete(key); // The latest is the last in the map.
    this.#spares.set(key, process);
    for (const [oldest, spare] of this.#spares) {
      if (this.#spares.size <= MAX_SPARES) break;
      this.#spares.delete(oldest);
      void spare.stop();
    }
  }

  /** Ends the spares and waits until they are gone. */
  async stop(): Promise<void> {
    const spares = [...this.#spares.values()];
    this.#spares.clear();
    await Promise.all(spares.map((process) => process.stop()));
  }
}

const keyOf = ({ launch, isIsolated }: StepEnvironment): string => JSON.stringify([launch, isIsolated]);
