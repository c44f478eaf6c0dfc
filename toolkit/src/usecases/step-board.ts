import type { LogEntry } from "@same-kit/shared";
import type { PhaseProgress, PhaseView } from "../ports.ts";

/** Thrown into the phase of the step that was running when the run ended otherwise than well. */
export class StepStopped extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = "StepStopped";
  }
}

type Ending = { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void };

function createEnding(): Ending {
  let settle!: Pick<Ending, "resolve" | "reject">;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

/**
 * Shows the steps of one run, one phase after the other. Two sources tell how far it is: the run's own status, and the log
 * of a host in this process, which is earlier and has what the steps print.
 */
export class StepBoard {
  readonly #names: readonly string[];
  readonly #ends: Ending[];
  #finished = 0;
  #hasEnded = false;
  #progress: PhaseProgress | null = null;
  #shown = -1;
  /** Lines of a step whose phase is not drawn yet. */
  #waiting: { step: number; text: string }[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#ends = names.map(() => {
      const ending = createEnding();
      // Only the phase that is drawn waits for it.
      ending.promise.catch(() => {});
      return ending;
    });
  }

  /** Resolves when the last step has ended; rejects with {@link StepStopped}. */
  async show(view: PhaseView): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      await view.phase(name, async (progress) => {
        this.#shown = index;
        this.#progress = progress;
        this.#flush();
        await (this.#ends[index] as Ending).promise;
      });
    }
  }

  /** From the run's status. */
  update({ completedCount }: { completedCount: number }): void {
    this.#finishUpTo(completedCount);
  }

  /**
   * From the host's log, where the next step begins only after one that ended well. The end alone says nothing: a call that
   * succeeds may report that the step failed, and one that was lost in a crash is made again.
   */
  readLog({ source, message }: LogEntry): void {
    if (source === "system" && message.startsWith("Executed 'Functions.executor' (Succeeded")) this.#hasEnded = true;
    if (source === "system" && message.startsWith("Executing 'Functions.executor'") && this.#hasEnded) {
      this.#hasEnded = false;
      this.#finishUpTo(this.#finished + 1);
    }
    if (source !== "user") return;
    this.#waiting.push({ step: this.#finished, text: message });
    this.#flush();
  }

  complete(): void {
    this.#finishUpTo(this.#names.length);
  }

  fail(reason: string): void {
    const index = Math.min(this.#finished, this.#names.length - 1);
    for (const end of this.#ends.slice(index)) end.reject(new StepStopped(reason));
  }

  #finishUpTo(count: number): void {
    if (count > this.#finished) this.#hasEnded = false;
    for (; this.#finished < Math.min(count, this.#names.length); this.#finished += 1)
      this.#ends[this.#finished]?.resolve();
  }

  #flush(): void {
    const due = this.#waiting.filter(({ step }) => step <= this.#shown);
    this.#waiting = this.#waiting.filter(({ step }) => step > this.#shown);
    for (const { text } of due) this.#progress?.note(text);
  }
}
