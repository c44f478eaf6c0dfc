import { readFile } from "node:fs/promises";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { ExecutorInput, StepFailure } from "../contract/executor-call.ts";
import type { EnvironmentLock, StepDetails } from "../contract/step-details.ts";
import { CellOutputs } from "../outputs/cell-outputs.ts";
import { LiveLines } from "../outputs/live-lines.ts";
import type { StepMessage } from "../outputs/step-message.ts";
import { isInCloud } from "../python/cache-folder.ts";
import type { Printed } from "../python/step-process.ts";
import { SavedProgress, type StepProgress } from "./running-steps.ts";
import type { StepDeps } from "./step-deps.ts";
import type { StepReport } from "./step-report.ts";

// They are stored in the history and in every episode's input: larger details are a blob.
const INLINE_CHARACTERS = 4 * 1024;
const MAX_ASSET_BYTES = 16 * 1024 * 1024;
// In the cloud, every line is a paid log entry.
const REWRITE_EVERY_MS = { cloud: 1_000, local: 100 };

/** The output of one step: sent to the log without delay, to requests for the current state, and to the step's record at the end. */
export class StepOutputs {
  readonly #input: ExecutorInput;
  readonly #deps: StepDeps;
  readonly #cells: CellOutputs;
  readonly #live: Record<"stdout" | "stderr", LiveLines>;
  readonly #assets = new Map<string, string>();
  readonly #saved: SavedProgress;
  readonly #forget: () => void;

  constructor(input: ExecutorInput, deps: StepDeps) {
    this.#input = input;
    this.#deps = deps;
    this.#cells = new CellOutputs({ maxCharacters: deps.limits.outputBytes });
    const rewriteEveryMs = isInCloud(deps.env) ? REWRITE_EVERY_MS.cloud : REWRITE_EVERY_MS.local;
    this.#live = {
      stdout: new LiveLines({ onLine: deps.onStdout, rewriteEveryMs }),
      stderr: new LiveLines({ onLine: deps.onStderr, rewriteEveryMs }),
    };
    const { instanceId } = input;
    this.#saved = new SavedProgress({ blobs: deps.blobs, instanceId, progress: () => this.#progress() });
    this.#forget = deps.running.add(instanceId, () => this.#progress());
  }

  readonly add = (printed: Printed): void => {
    const message = printed as StepMessage;
    this.#cells.add(message);
    if (message.kind === "output") this.#live[message.stream].add(message.text);
    else if (message.event.kind === "asset") this.#assets.set(message.event.name, message.event.path);
    this.#saved.touch();
  };

  /** The step has ended. If its process died, no cell contains the failure. */
  async end(failure: StepFailure | undefined): Promise<void> {
    this.#live.stdout.end();
    this.#live.stderr.end();
    if (failure !== undefined) this.#cells.fail(failure);
    await this.#saved.stop();
  }

  /** Saves the output of a terminated run, unless the run has been purged. */
  async saveLast(isPurged: boolean): Promise<void> {
    if (isPurged) return;
    await this.#deps.blobs.saveProgress(this.#input.instanceId, toJson(this.#progress())).catch(() => {});
  }

  /**
   * @param report - The rest of what the step's process reported at its end.
   * @param lock - The contents of its environment.
   */
  async store({ crossing, lost, packages }: StepReport, lock?: EnvironmentLock): Promise<StepDetails | BlobReference> {
    const assets = await this.#storeAssets();
    const details: StepDetails = {
      ...this.#cells.toDetails(),
      ...(Object.keys(assets).length > 0 && { assets }),
      ...(crossing?.length && { crossing }),
      ...(lost?.length && { lost }),
      ...(packages && Object.keys(packages).length > 0 && { packages }),
      ...(lock && { lock }),
    };
    const json = toJson(details);
    if (json.length <= INLINE_CHARACTERS) return details;
    return this.#deps.blobs.save(this.#input.instanceId, "details", json);
  }

  /** A failure is ignored: the output is still useful without these files. */
  async #storeAssets(): Promise<Record<string, BlobReference>> {
    const stored: Record<string, BlobReference> = {};
    for (const [name, path] of this.#assets) {
      const content = await readFile(path).catch(() => undefined);
      if (content === undefined || content.length > MAX_ASSET_BYTES) continue;
      stored[name] = await this.#deps.blobs.save(this.#input.instanceId, "asset", content);
    }
    return stored;
  }

  tails(): { stdout: string; stderr: string } {
    const { outputTailCharacters: count } = this.#input;
    return { stdout: this.#cells.tail("stdout", count), stderr: this.#cells.tail("stderr", count) };
  }

  async close(): Promise<void> {
    this.#forget();
    await this.#saved.stop();
  }

  #progress(): StepProgress {
    return { step: this.#input.step.name, details: this.#cells.toDetails() };
  }
}

const toJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
