import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { toUrlSafeBase64 } from "../../functions-app/src/contract/base64.ts";
import type {
  ExecutorInput,
  ExecutorResult,
  SessionReference,
} from "../../functions-app/src/contract/executor-call.ts";
import { DEFAULT_LIMITS, type Limits } from "../../functions-app/src/contract/limits.ts";
import { PythonRuntime } from "../../functions-app/src/python/python-runtime.ts";
import { executeStep } from "../../functions-app/src/steps/execute-step.ts";
import { MemoryBlobs } from "./memory-blobs.ts";
import { appPythonDir } from "./pythons.ts";
import { makeTempDir } from "./temp-dir.ts";

export type StepRunnerOptions = {
  /** Interpreter of the steps. */
  python: string;
  env?: Record<string, string>;
  limits?: Partial<Limits>;
  /** Where steps get their working directories; default: one of the test's own. */
  tempDir?: string;
};

type StepOptions = { requirements?: string; sameYaml?: string; isLast?: boolean; name?: string };
export type CompletedStep = Extract<ExecutorResult, { kind: "completed" }>;

// Compiling dill once for all tests of a file, not for each.
const sharedCacheDir = mkdtempSync(path.join(os.tmpdir(), "same-kit-cache-"));
afterAll(() => rmSync(sharedCacheDir, { recursive: true, force: true, maxRetries: 3 }));

/** Runs steps of one run one after the other, as the executor does, with its session in memory. */
export class StepRunner {
  readonly lines: string[] = [];
  readonly blobs = new MemoryBlobs();
  session: SessionReference | undefined;
  isRunOver = async (): Promise<boolean> => false;
  #count = 0;

  private constructor(
    readonly runtime: PythonRuntime,
    readonly env: NodeJS.ProcessEnv,
    readonly limits: Limits,
    /** Where steps get their working directories. */
    readonly tempDir: string,
  ) {}

  static async start({ python, env = {}, limits = {}, ...options }: StepRunnerOptions): Promise<StepRunner> {
    const tempDir = options.tempDir ?? (await makeTempDir());
    const { PATH = "", HOME = "" } = process.env;
    const all = { PATH, HOME, SAME_PYTHON: python, SAME_KIT_CACHE: sharedCacheDir, ...development, ...env };
    const runtime = new PythonRuntime({ env: all, appPythonDir, tempDir });
    onTestFinished(() => runtime.stop());
    return new StepRunner(runtime, all, { ...DEFAULT_LIMITS, ...limits }, tempDir);
  }

  async run(
    code: string,
    { requirements, sameYaml = "", isLast = true, name }: StepOptions = {},
  ): Promise<ExecutorResult> {
    const sources = {
      "same.yaml": toUrlSafeBase64(sameYaml),
      ...(requirements === undefined ? {} : { "requirements.txt": toUrlSafeBase64(requirements) }),
    };
    const step = { name: name ?? `step_${this.#count++}`, code: toUrlSafeBase64(code), sources };
    const shared = { instanceId: "run-1", isLast, outputTailBytes: 65_536 };
    const input: ExecutorInput = { ...shared, step, ...(this.session && { session: this.session }) };
    const result = await executeStep(input, {
      env: this.env,
      limits: this.limits,
      python: this.runtime,
      blobs: this.blobs,
      isRunOver: this.isRunOver,
      watchEveryMs: 50,
      onStdout: (line) => this.lines.push(line),
      onStderr: (line) => this.lines.push(`! ${line}`),
    });
    if (result.kind === "completed" && result.session) this.session = { blob: result.session, python: result.python };
    return result;
  }

  /** @throws If the step fails. */
  async complete(code: string, options: StepOptions = {}): Promise<CompletedStep> {
    const result = await this.run(code, options);
    if (result.kind === "failed") throw new Error(`The step failed: ${JSON.stringify(result.failure, null, 2)}`);
    return result;
  }

  /** @throws If the step does not fail. */
  async fail(code: string, options: StepOptions = {}): Promise<{ type: string; message: string; traceback: string }> {
    const result = await this.run(code, options);
    if (result.kind === "completed") throw new Error("The step did not fail.");
    return result.failure;
  }
}

const development = { AZURE_FUNCTIONS_ENVIRONMENT: "Development" };

/** The variables of a last step, as their short texts. */
export function variablesOf({ variables = [] }: CompletedStep): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ name, repr, exploded }) => [name, exploded === undefined ? repr : "exploded"]),
  );
}
