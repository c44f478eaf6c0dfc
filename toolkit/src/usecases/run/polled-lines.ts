// The printed lines of steps on an app without an event stream: each response contains the whole output, and the new part is shown.

import type { StepDetails } from "@same-kit/functions-app/contract";
import type { AppClient } from "../../adapters/app/app-client.ts";
import { type AnsweredRun, isFinal, type RunStatus, type StartedRun } from "../../adapters/app/run-status.ts";
import { readStepDetails } from "../../adapters/app/step-details.ts";

const EVERY_MS = 1_000;
// A response may be large: polling takes at most this share of the time.
const MAX_SHARE = 0.1;

/** Finds the new part of each response. */
export class PolledLines {
  /** The number of characters shown, by step. */
  readonly #shown = new Map<string, number>();

  /** @returns Whole lines; for a step that has ended, also its unfinished last line. */
  take({ steps, failed, unfinished }: Pick<AnsweredRun, "steps" | "failed" | "unfinished">): string[] {
    const ended = [...steps.filter(({ keptFrom }) => keptFrom === undefined), ...(failed === null ? [] : [failed])];
    const lines = ended.flatMap(({ name, details }) => this.#new(name, details, true));
    return unfinished === null ? lines : [...lines, ...this.#new(unfinished.step, unfinished.details, false)];
  }

  #new(step: string, value: unknown, hasEnded: boolean): string[] {
    const read = readStepDetails(value);
    // Large outputs of an ended step are a blob; the notebook will contain them.
    if (read.kind !== "details") return [];
    const text = textOf(read.details);
    const from = this.#shown.get(step) ?? 0;
    const end = hasEnded ? text.length : text.lastIndexOf("\n") + 1;
    // A cell may clear what it has shown.
    this.#shown.set(step, end);
    if (end <= from) return [];
    return text.slice(from, end).replace(/\n$/, "").split("\n");
  }
}

const textOf = ({ cells }: StepDetails): string =>
  cells.flatMap(({ outputs }) => outputs.flatMap((it) => (it.output_type === "stream" ? [it.text] : []))).join("");

type LivePrintedOptions = {
  client: Pick<AppClient, "status" | "details">;
  id: string;
  show: (line: string) => void;
  now?: () => number;
};

/** A client for following a run: before it returns a status, it shows what was printed until then. */
export class LivePrinted implements Pick<AppClient, "status"> {
  readonly #options: LivePrintedOptions;
  readonly #lines = new PolledLines();
  #next = 0;
  #completedCount = 0;

  constructor(options: LivePrintedOptions) {
    this.#options = options;
  }

  async status(run: StartedRun, signal: AbortSignal): Promise<RunStatus | null> {
    const status = await this.#options.client.status(run, signal);
    if (status !== null && this.#isDue(status)) await this.#show(signal);
    return status;
  }

  #isDue(status: RunStatus): boolean {
    const hasProgressed = status.completedCount > this.#completedCount || isFinal(status);
    this.#completedCount = status.completedCount;
    return hasProgressed || this.#now() >= this.#next;
  }

  /** Failing to show lines must not fail the run: the status requests report an app that does not respond. */
  async #show(signal: AbortSignal): Promise<void> {
    const { client, id, show } = this.#options;
    const askedAt = this.#now();
    const run = await client.details(id, signal).catch(() => null);
    const tookMs = this.#now() - askedAt;
    this.#next = this.#now() + Math.max(EVERY_MS, tookMs / MAX_SHARE);
    for (const line of run === null ? [] : this.#lines.take(run)) show(line);
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }
}
