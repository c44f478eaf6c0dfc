import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { toUrlSafeBase64 } from "../../functions-app/src/contract/base64.ts";
import type { BlobReference } from "../../functions-app/src/contract/blob-reference.ts";
import type {
  ExecutorInput,
  ExecutorResult,
  SessionReference,
} from "../../functions-app/src/contract/executor-call.ts";
import type { RequestedCell } from "../../functions-app/src/contract/initiate-request.ts";
import { DEFAULT_LIMITS, type Limits } from "../../functions-app/src/contract/limits.ts";
import type { CacheWish } from "../../functions-app/src/contract/step-cache.ts";
import type { StepDetails } from "../../functions-app/src/contract/step-details.ts";
import { PythonRuntime } from "../../functions-app/src/python/python-runtime.ts";
import { CacheTidier } from "../../functions-app/src/steps/cache/tidy-cache.ts";
import { executeStep } from "../../functions-app/src/steps/execute-step.ts";
import { RunningSteps } from "../../functions-app/src/steps/running-steps.ts";
import { SessionParts } from "../../functions-app/src/steps/session-parts.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import { MemoryCache } from "./memory-cache.ts";
import { appPythonDir } from "./pythons.ts";
import { makeTempDir } from "./temp-dir.ts";

export type StepRunnerOptions = {
  /** Interpreter of the steps. */
  python: string;
  env?: Record<string, string>;
  limits?: Partial<Limits>;
  /** The parent of the steps' working directories; default: a folder of the test. */
  tempDir?: string;
  /** Large values of the run are in a lasting folder, as on a local host; default: they are blobs too. */
  isLasting?: boolean;
};

type StepOptions = {
  requirements?: string;
  sameYaml?: string;
  isLast?: boolean;
  name?: string;
  cells?: readonly RequestedCell[];
  keepsResults?: boolean;
  cache?: CacheWish;
};
export type CellSource = string | { source: string; number?: number; tags?: string[] };
export type CompletedStep = Extract<ExecutorResult, { kind: "completed" }>;

// Compiling dill once for all tests of a file, not for each.
const sharedCacheDir = mkdtempSync(path.join(os.tmpdir(), "same-kit-cache-"));
afterAll(() => rmSync(sharedCacheDir, { recursive: true, force: true, maxRetries: 3 }));

/** Runs the steps of one run one after another, like the executor, with its session in memory. */
export class StepRunner {
  readonly lines: string[] = [];
  readonly blobs = new MemoryBlobs();
  session: SessionReference | undefined;
  /** The manifest of the next step's working directory. */
  files: BlobReference | undefined;
  readonly running = new RunningSteps();
  cache: { blobs: MemoryCache; tidier: CacheTidier };
  /** The run whose steps these are. */
  instanceId = "run-1";
  readonly sessions: SessionParts;
  howRunEnded = async (): Promise<"terminated" | "purged" | null> => null;
  #count = 0;

  private constructor(
    readonly runtime: PythonRuntime,
    readonly env: NodeJS.ProcessEnv,
    readonly limits: Limits,
    /** The parent of the steps' working directories. */
    readonly tempDir: string,
    /** Contains the folder with the run's large values. */
    readonly sessionsDir: string,
    isLasting: boolean,
  ) {
    this.sessions = new SessionParts({ root: sessionsDir, isLasting, blobs: this.blobs });
    this.cache = { blobs: new MemoryCache(`${sessionsDir}-cache`), tidier: new CacheTidier() };
  }

  static async start({ python, env = {}, limits = {}, ...options }: StepRunnerOptions): Promise<StepRunner> {
    const tempDir = options.tempDir ?? (await makeTempDir());
    const { PATH = "", HOME = "" } = process.env;
    const all = { PATH, HOME, SAME_PYTHON: python, SAME_KIT_CACHE: sharedCacheDir, ...development, ...env };
    const runtime = new PythonRuntime({ env: all, appPythonDir, tempDir });
    onTestFinished(() => runtime.stop());
    const merged = { ...DEFAULT_LIMITS, ...limits };
    return new StepRunner(runtime, all, merged, tempDir, await makeTempDir(), options.isLasting ?? false);
  }

  async run(
    code: string,
    { requirements, sameYaml = "", isLast = true, name, cells, keepsResults, cache }: StepOptions = {},
  ): Promise<ExecutorResult> {
    const sources = {
      "same.yaml": toUrlSafeBase64(sameYaml),
      ...(requirements === undefined ? {} : { "requirements.txt": toUrlSafeBase64(requirements) }),
    };
    const step = {
      name: name ?? `step_${this.#count++}`,
      code: toUrlSafeBase64(code),
      sources,
      ...(cells && { cells }),
      ...(keepsResults && { keepsResults }),
      ...(cache && { cache }),
    };
    const shared = { instanceId: this.instanceId, isLast, outputTailCharacters: 65_536 };
    const input: ExecutorInput = {
      ...shared,
      step,
      ...(this.session && { session: this.session }),
      ...(this.files && { files: this.files }),
    };
    const result = await executeStep(input, {
      env: this.env,
      limits: this.limits,
      python: this.runtime,
      blobs: this.blobs,
      sessions: this.sessions,
      cache: this.cache,
      running: this.running,
      howRunEnded: this.howRunEnded,
      watchEveryMs: 50,
      onStdout: (line) => this.lines.push(line),
      onStderr: (line) => this.lines.push(`! ${line}`),
    });
    if (result.kind === "completed" && result.session) this.session = { blob: result.session, python: result.python };
    this.files = result.record?.files;
    return result;
  }

  /** Runs a notebook's cells, numbered from 1 or as given, as one step. */
  async runCells(cells: readonly CellSource[], options: StepOptions = {}): Promise<ExecutorResult> {
    const given = cells.map((cell, index) => ({
      number: index + 1,
      ...(typeof cell === "string" ? { source: cell } : cell),
    }));
    const requested = given.map(({ source, ...cell }) => ({ ...cell, lines: source.split("\n").length }));
    return this.run(given.map(({ source }) => source).join("\n"), { ...options, cells: requested });
  }

  /** The outputs of the step's cells. */
  async detailsOf({ record }: ExecutorResult): Promise<StepDetails> {
    const details = record?.details;
    if (details === undefined) throw new Error("The step has no details.");
    if ("cells" in details) return details;
    return JSON.parse((await this.blobs.load(this.instanceId, details)).toString("utf8")) as StepDetails;
  }

  /** @throws Error if the step fails. */
  async complete(code: string, options: StepOptions = {}): Promise<CompletedStep> {
    const result = await this.run(code, options);
    if (result.kind === "failed") throw new Error(`The step failed: ${JSON.stringify(result.failure, null, 2)}`);
    return result;
  }

  /** @throws Error if the step does not fail. */
  async fail(code: string, options: StepOptions = {}): Promise<{ type: string; message: string; traceback: string }> {
    const result = await this.run(code, options);
    if (result.kind === "completed") throw new Error("The step did not fail.");
    return result.failure;
  }
}

const development = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };

/** The variables of a last step, in their short form. */
export function variablesOf({ variables = [] }: CompletedStep): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ name, repr, exploded }) => [name, exploded === undefined ? repr : "exploded"]),
  );
}
