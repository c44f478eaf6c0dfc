import { type StepEnvironment, type StepProcessOptions, spawnGuardian } from "./guardian.ts";
import { StepProcess } from "./step-process.ts";
import { StepTemplate } from "./step-template.ts";

// More environments than this rarely alternate, and each spare process uses the memory of a Python.
const MAX_ENVIRONMENTS = 2;
const IDLE_MS = 10 * 60_000;
// These take a large part of a second to load, and work in a fork. Others start threads or open devices when they are loaded.
const LOADED_AHEAD: ReadonlySet<string> = new Set(["numpy", "pandas"]);
// On macOS, forks of the system's own libraries may crash.
const HAS_TEMPLATES = process.platform === "linux";

type PoolOptions = Omit<StepProcessOptions, "environment"> & {
  /** How long without a step until all idle processes are stopped; default 10 min. */
  idleMs?: number;
};

/** The processes and knowledge of one environment. */
type Kept = {
  environment: StepEnvironment;
  spare: StepProcess | undefined;
  template: StepTemplate | undefined;
  /** The packages that its steps use, among those that can be preloaded. */
  modules: Set<string>;
  /** Preloaded packages do not work in a fork here. */
  isUnsafe: boolean;
  /** A template could not be started. */
  hasFailed: boolean;
};

/**
 * Keeps one started process per environment ready, so that a step does not wait for Python and dill to start. Each process is used
 * for one step only, so steps share nothing. Once an environment is in use, its processes are forked from a template, which has
 * preloaded what its steps import.
 */
export class StepProcessPool {
  readonly #options: PoolOptions;
  /** The most recently used is the last. */
  readonly #kept = new Map<string, Kept>();
  readonly #ending = new Set<Promise<void>>();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @param isPlain - The step needs a process without preloaded packages. */
  take(environment: StepEnvironment, { isPlain = false } = {}): StepProcess {
    this.#rest();
    if (isPlain) return this.#spawn(environment);
    if (this.#kept.get(keyOf(environment))?.template?.isStale) this.#drop(keyOf(environment));
    const kept = this.#keptOf(environment);
    const { spare } = kept;
    kept.spare = undefined;
    return spare?.isAlive ? spare : this.#start(kept);
  }

  /** Starts a process for a possible next step. */
  prepare(environment: StepEnvironment): void {
    const kept = this.#keptOf(environment);
    if (!kept.spare?.isAlive) kept.spare = this.#start(kept);
    this.#rest();
  }

  /** Records that steps of this environment have used these packages. */
  learn(environment: StepEnvironment, packages: readonly string[]): void {
    const kept = this.#keptOf(environment);
    for (const name of packages) if (LOADED_AHEAD.has(name)) kept.modules.add(name);
  }

  /** Like `prepare`, for an environment that stays in use: with a template, which preloads the recorded packages. */
  prepareTemplate(environment: StepEnvironment): void {
    this.prepare(environment);
    const kept = this.#keptOf(environment);
    const modules = kept.isUnsafe ? [] : [...kept.modules].sort();
    const present = kept.template;
    if (!HAS_TEMPLATES || kept.hasFailed || (present?.isAlive && present.modules.join() === modules.join())) return;
    const template = new StepTemplate({ ...this.#options, environment }, modules);
    kept.template = template;
    if (present !== undefined) this.#end(present);
    void template.ready.then((canFork) => this.#useTemplate(kept, template, canFork));
  }

  /** Returns a process that was taken but not used: it waits for the next step. */
  giveBack(environment: StepEnvironment, process: StepProcess): void {
    process.giveBack();
    const kept = this.#keptOf(environment);
    if (kept.spare?.isAlive) this.#end(process);
    else kept.spare = process;
    this.#rest();
  }

  /** Ends all idle processes. */
  clear(): void {
    for (const key of [...this.#kept.keys()]) this.#drop(key);
  }

  /** Ends all idle processes, and waits until they have exited. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    this.clear();
    await Promise.all(this.#ending);
  }

  /** Replaces the spare process that was started without the template's packages. */
  #useTemplate(kept: Kept, template: StepTemplate, canFork: boolean): void {
    if (kept.template !== template) return;
    if (template.isUnsafe) {
      kept.isUnsafe = true;
      kept.template = undefined;
      return;
    }
    // For example if the path of the temp folder is too long for a socket.
    if (!canFork) kept.hasFailed = true;
    if (!canFork || kept.spare === undefined) return;
    this.#end(kept.spare);
    kept.spare = this.#start(kept);
  }

  #start({ environment, template }: Kept): StepProcess {
    return template?.canFork ? new StepProcess(template.fork()) : this.#spawn(environment);
  }

  #spawn(environment: StepEnvironment): StepProcess {
    return new StepProcess(spawnGuardian({ ...this.#options, environment }));
  }

  #keptOf(environment: StepEnvironment): Kept {
    const key = keyOf(environment);
    const kept: Kept = this.#kept.get(key) ?? {
      environment,
      spare: undefined,
      template: undefined,
      modules: new Set(),
      isUnsafe: false,
      hasFailed: false,
    };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of [...this.#kept.keys()].slice(0, -MAX_ENVIRONMENTS)) this.#drop(oldest);
    return kept;
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept?.spare !== undefined) this.#end(kept.spare);
    if (kept?.template !== undefined) this.#end(kept.template);
    if (kept !== undefined) kept.template = undefined;
  }

  #end(process: { stop(): Promise<void> }): void {
    const ending = process.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Starts the idle period. */
  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.clear(), this.#options.idleMs ?? IDLE_MS);
    this.#idle.unref();
  }
}

const keyOf = ({ launch, isIsolated }: StepEnvironment): string => JSON.stringify([launch, isIsolated]);
