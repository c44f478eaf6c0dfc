// What the cells of the current step have shown so far: the notebook of a run that is cancelled, or whose worker dies, contains it.

import type { StepDetails } from "../contract/step-details.ts";
import type { RunBlobs } from "./run-blobs.ts";

/** The current step of a run. */
export type StepProgress = { step: string; details: StepDetails };

const SAVE_EVERY_MS = 2_000;
// Saving large outputs takes at most this share of the time.
const MAX_SHARE = 0.05;

/** The steps that run in this process, by their run. */
export class RunningSteps {
  readonly #steps = new Map<string, () => StepProgress>();

  get(instanceId: string): StepProgress | undefined {
    return this.#steps.get(instanceId)?.();
  }

  /** @returns A function that removes it again. */
  add(instanceId: string, progress: () => StepProgress): () => void {
    this.#steps.set(instanceId, progress);
    return () => {
      if (this.#steps.get(instanceId) === progress) this.#steps.delete(instanceId);
    };
  }
}

type SavedProgressOptions = {
  blobs: Pick<RunBlobs, "saveProgress">;
  instanceId: string;
  progress: () => StepProgress;
  everyMs?: number;
};

/** Saves a step's outputs periodically, if there are new ones: for clients that ask another worker, or after this worker died. */
export class SavedProgress {
  readonly #options: SavedProgressOptions;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #saving: Promise<void> = Promise.resolve();
  #nextInMs: number;

  constructor(options: SavedProgressOptions) {
    this.#options = options;
    this.#nextInMs = options.everyMs ?? SAVE_EVERY_MS;
  }

  /** Marks that there is new output. */
  touch(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#saving = this.#save();
    }, this.#nextInMs);
    this.#timer.unref();
  }

  /** Resolves when nothing more will be written. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  async #save(): Promise<void> {
    const { blobs, instanceId, progress, everyMs = SAVE_EVERY_MS } = this.#options;
    const startedAt = performance.now();
    // Storage that is down is reported by other calls that need it.
    await blobs.saveProgress(instanceId, Buffer.from(JSON.stringify(progress()))).catch(() => {});
    this.#nextInMs = Math.max(everyMs, (performance.now() - startedAt) / MAX_SHARE);
    this.#timer = undefined;
  }
}
