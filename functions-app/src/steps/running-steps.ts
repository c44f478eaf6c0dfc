// What the cells of a step that runs now have shown so far. A run that is cancelled, or whose worker dies, still has a notebook.

import type { StepDetails } from "../contract/step-details.ts";
import type { RunBlobs } from "./run-blobs.ts";

/** The step that a run is at. */
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

  /** @returns What takes it away again. */
  add(instanceId: string, progress: () => StepProgress): () => void {
    this.#steps.set(instanceId, progress);
    return () => {
      if (this.#steps.get(instanceId) === progress) this.#steps.delete(instanceId);
    };
  }
}

export type SavedProgressOptions = {
  blobs: Pick<RunBlobs, "saveProgress">;
  instanceId: string;
  progress: () => StepProgress;
  everyMs?: number;
};

/** Saves a step's outputs now and then while there are new ones, for clients that ask another worker, or after this one died. */
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

  /** There is something new. */
  touch(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#saving = this.#save();
    }, this.#nextInMs);
    this.#timer.unref();
  }

  /** Resolves when nothing more is written. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  async #save(): Promise<void> {
    const { blobs, instanceId, progress, everyMs = SAVE_EVERY_MS } = this.#options;
    const startedAt = performance.now();
    // Storage that is down is reported by what needs it.
    await blobs.saveProgress(instanceId, Buffer.from(JSON.stringify(progress()))).catch(() => {});
    this.#nextInMs = Math.max(everyMs, (performance.now() - startedAt) / MAX_SHARE);
    this.#timer = undefined;
  }
}
