import os from "node:os";
import path from "node:path";
import { isInCloud, pythonCacheFolder } from "./cache-folder.ts";
import { PythonError } from "./errors.ts";
import { findPython } from "./find-python.ts";
import type { StepEnvironment } from "./guardian.ts";
import type { Interpreter } from "./probe-interpreter.ts";
import { requirementsEnvironment } from "./requirements-environment.ts";
import { DEFAULT_ENVIRONMENT_BYTES } from "./space.ts";
import { stepEnviron } from "./step-environ.ts";
import type { ReadyPython, StepProcess } from "./step-process.ts";
import { StepProcessPool } from "./step-process-pool.ts";

type PythonRuntimeOptions = {
  env: NodeJS.ProcessEnv;
  /** The app's Python files: runner, dill, and possibly a CPython. */
  appPythonDir: string;
  /** Default: the system's. */
  tempDir?: string;
  /** How long without a step until all idle processes are stopped; default 10 min. */
  idleMs?: number;
};

export type StartedPython = { process: StepProcess; ready: ReadyPython; environment: StepEnvironment };

type StartOptions = {
  /** Absent, or without any requirement: the interpreter's own packages. */
  requirements: Buffer | undefined;
  /** The requirements add to the interpreter's own packages. */
  keepsOwnPackages?: boolean;
  /** The step needs a process in which no package is loaded yet. */
  isPlain?: boolean;
  /** Called with each line that uv and pip print. */
  onLine: (line: string) => void;
  signal: AbortSignal;
};

const LATER_MS = 250;
// A template loads packages; an app that is about to exit should not start that.
const TEMPLATE_LATER_MS = 1_000;

/** The Pythons of this app: finds the interpreter once, creates environments on demand, and keeps a process ready. */
export class PythonRuntime {
  readonly #options: PythonRuntimeOptions;
  readonly #cacheDir: string;
  readonly #tempDir: string;
  readonly #environ: NodeJS.ProcessEnv;
  readonly #pool: StepProcessPool;
  #interpreter: Promise<Interpreter> | undefined;
  #later: NodeJS.Timeout | undefined;
  #template: NodeJS.Timeout | undefined;

  constructor(options: PythonRuntimeOptions) {
    this.#options = options;
    this.#cacheDir = pythonCacheFolder(options.env);
    this.#tempDir = options.tempDir ?? os.tmpdir();
    this.#environ = stepEnviron(options.env);
    const files = { folder: options.appPythonDir };
    this.#pool = new StepProcessPool({
      files,
      env: this.#environ,
      tempDir: this.#tempDir,
      pycacheDir: this.#pycacheDir,
      ...(options.idleMs !== undefined && { idleMs: options.idleMs }),
    });
  }

  /** Finds Python and starts a first process, so that the first step does not wait. That step reports failures. */
  async warmUp(): Promise<void> {
    try {
      this.#pool.prepare(toBase(await this.#find()));
    } catch {
      // The step that needs it reports why.
    }
  }

  /** @throws PythonError */
  async start(options: StartOptions): Promise<StartedPython> {
    try {
      return await this.#start(options);
    } catch (error) {
      if (!(error instanceof PythonError) || error.code !== "ERR_PYTHON_START") throw error;
      // The interpreter may have been replaced since it was found, for example by a system update.
      this.#interpreter = undefined;
      // Or a template can no longer fork.
      this.#pool.clear();
      return this.#start(options);
    }
  }

  prepare(environment: StepEnvironment): void {
    this.#pool.prepare(environment);
  }

  /** Returns a process that was started but not used by a step. */
  giveBack({ environment, process }: StartedPython): void {
    this.#pool.giveBack(environment, process);
  }

  /** Records that a step of this environment has used these packages: they are preloaded for later steps. */
  learn(environment: StepEnvironment, packages: readonly string[]): void {
    this.#pool.learn(environment, packages);
  }

  /** Prepares for a step that may never come: this must delay neither the run's result nor the exit of an idle app. */
  prepareLater(environment: StepEnvironment): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#pool.prepare(environment), LATER_MS);
    this.#later.unref();
    // The next run does not postpone it: runs may follow one another without a pause.
    if (this.#template !== undefined) return;
    this.#template = setTimeout(() => {
      this.#template = undefined;
      this.#pool.prepareTemplate(environment);
    }, TEMPLATE_LATER_MS);
    this.#template.unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#later);
    clearTimeout(this.#template);
    await this.#pool.stop();
  }

  async #start(options: StartOptions): Promise<StartedPython> {
    const { requirements, isPlain = false } = options;
    const interpreter = await this.#find();
    const environment = hasRequirement(requirements)
      ? await this.#environmentFor(requirements, interpreter, options)
      : toBase(interpreter);
    const process = this.#pool.take(environment, { isPlain });
    return { process, ready: await process.take(), environment };
  }

  #environmentFor(
    requirements: Buffer,
    interpreter: Interpreter,
    { keepsOwnPackages = false, onLine, signal }: StartOptions,
  ): Promise<StepEnvironment> {
    const { env, appPythonDir } = this.#options;
    return requirementsEnvironment(requirements, interpreter, {
      environmentsDir: path.join(this.#cacheDir, "environments"),
      isInCloud: isInCloud(env),
      environmentBytes: Number(env["SAME_MAX_ENVIRONMENT_BYTES"]) || DEFAULT_ENVIRONMENT_BYTES,
      files: { folder: appPythonDir },
      env: this.#environ,
      pycacheDir: this.#pycacheDir,
      keepsOwnPackages,
      isOffline: env["SAME_OFFLINE"] === "1",
      onLine,
      signal,
    });
  }

  async #find(): Promise<Interpreter> {
    const { env, appPythonDir } = this.#options;
    this.#interpreter ??= findPython({ env, appPythonDir });
    try {
      return await this.#interpreter;
    } catch (error) {
      this.#interpreter = undefined; // One may be installed before the next step.
      throw error;
    }
  }

  get #pycacheDir(): string {
    return path.join(this.#cacheDir, "pycache");
  }
}

const toBase = ({ launch }: Interpreter): StepEnvironment => ({ name: "base", launch, isIsolated: false });

/** A file with only comments contains no requirement. */
function hasRequirement(requirements: Buffer | undefined): requirements is Buffer {
  const lines = requirements?.toString("utf8").split("\n") ?? [];
  return lines.some((line) => line.trim() !== "" && !line.trim().startsWith("#"));
}
