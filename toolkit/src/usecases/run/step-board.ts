import type { PhaseProgress, PhaseView } from "../../ports.ts";

/** Thrown into the phase of the step that was running when the run stopped without completing. */
export class StepStopped extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = "StepStopped";
    this.reason = reason;
  }
}

/** Shows the steps of one run, one phase after the other. Its progress comes from the host's events and from the run's status. */
export class StepBoard {
  readonly #names: readonly string[];
  readonly #ends: PromiseWithResolvers<void>[];
  #finished = 0;
  #progress: PhaseProgress | null = null;
  #shown = -1;
  /** Lines of a step whose phase is not drawn yet. */
  #waiting: { step: number; text: string }[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#ends = names.map(() => {
      const end = Promise.withResolvers<void>();
      // Only the phase that is being drawn waits for it.
      end.promise.catch(() => {});
      return end;
    });
  }

  /** Resolves when the last step has ended; rejects with {@link StepStopped}. */
  async show(view: PhaseView): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      await view.phase(name, async (progress) => {
        this.#shown = index;
        this.#progress = progress;
        this.#flush();
        await this.#ends[index]?.promise;
      });
    }
  }

  /** Reports how many steps have completed; a smaller number is outdated. */
  finish(count: number): void {
    for (; this.#finished < Math.min(count, this.#names.length); this.#finished += 1)
      this.#ends[this.#finished]?.resolve();
  }

  /** A line of the current step. */
  print(text: string): void {
    this.#waiting.push({ step: this.#finished, text });
    this.#flush();
  }

  complete(): void {
    this.finish(this.#names.length);
  }

  stop(reason: string): void {
    const index = Math.min(this.#finished, this.#names.length - 1);
    for (const end of this.#ends.slice(index)) end.reject(new StepStopped(reason));
  }

  #flush(): void {
    const due = this.#waiting.filter(({ step }) => step <= this.#shown);
    this.#waiting = this.#waiting.filter(({ step }) => step > this.#shown);
    for (const { text } of due) {
      // The app marks a line that will be overwritten in this way.
      if (text.endsWith("\r")) this.#progress?.rewrite(text.slice(0, -1));
      else this.#progress?.note(text);
    }
  }
}
