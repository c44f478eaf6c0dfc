import { type Clock, type Logger, reasonOf } from "@same-kit/shared";
import type { Span } from "./span.ts";

export type ExportResult =
  | { kind: "exported" }
  /** The same spans may be accepted later. */
  | { kind: "unavailable"; reason: string }
  /** They will never be accepted. */
  | { kind: "refused"; reason: string };

/** Delivers spans to where they are stored. */
export type SpanExporter = {
  /** For display: `http://localhost:4318/v1/traces`. */
  description: string;
  /** What to do if it does not work. */
  advice: string;
  /** How long spans are collected before they are exported together. */
  delayMs: number;
  /** An error counts as `refused`. */
  export(spans: readonly Span[], signal: AbortSignal): Promise<ExportResult>;
};

/** The queue of a failing exporter is limited: later spans are dropped. */
export const MAX_WAITING_SPANS = 4096;
const MAX_BATCH = 512;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long a stopping host waits for its last spans to be exported. */
const STOP_LIMIT_MS = 2_000;

/** Exports in the background, in batches: recording a span never waits. */
export class BatchExporter {
  readonly #exporter: SpanExporter;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  #waiting: Span[] = [];
  #running: Promise<void> | null = null;
  #dropped = 0;
  #isFailing = false;

  constructor(exporter: SpanExporter, { clock, log }: { clock: Clock; log: Logger }) {
    this.#exporter = exporter;
    this.#clock = clock;
    this.#log = log;
  }

  readonly add = (span: Span): void => {
    if (this.#waiting.length >= MAX_WAITING_SPANS) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  };

  /** Exports the remaining spans, within a time limit. */
  async stop(limitMs = STOP_LIMIT_MS): Promise<void> {
    this.#stopping.abort();
    const limit = setTimeout(() => this.#givingUp.abort(), limitMs);
    try {
      await this.#running;
      while (this.#waiting.length > 0 && !this.#givingUp.signal.aborted) {
        if (!(await this.#exportBatch())) break;
      }
    } finally {
      clearTimeout(limit);
    }
  }

  async #run(): Promise<void> {
    let pauseMs = this.#exporter.delayMs;
    let failures = 0;
    while (this.#waiting.length > 0) {
      await this.#clock.sleep(pauseMs, this.#stopping.signal, { isRoutine: true });
      if (this.#stopping.signal.aborted) break;
      failures = (await this.#exportBatch()) ? 0 : failures + 1;
      const isFull = this.#waiting.length >= MAX_BATCH;
      if (failures === 0) pauseMs = isFull ? 0 : this.#exporter.delayMs;
      else pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    }
    this.#running = null;
  }

  /** @returns Whether the exporter works. */
  async #exportBatch(): Promise<boolean> {
    const batch = this.#waiting.splice(0, MAX_BATCH);
    const result = await this.#tryExport(batch);
    if (result.kind === "exported") this.#reportSuccess();
    else {
      if (result.kind === "unavailable") this.#waiting.unshift(...batch);
      else this.#dropped += batch.length;
      this.#reportFailure(result.reason);
    }
    return result.kind === "exported";
  }

  /** Spans contain texts and times from apps and other hosts: one that cannot be encoded must not end this host. */
  async #tryExport(batch: readonly Span[]): Promise<ExportResult> {
    try {
      return await this.#exporter.export(batch, this.#givingUp.signal);
    } catch (error) {
      return { kind: "refused", reason: reasonOf(error) };
    }
  }

  /** Logs a failure once, however long it lasts. */
  #reportFailure(reason: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const { description, advice } = this.#exporter;
    this.#log.warn(
      `Spans cannot be exported to ${description}: ${reason}. The app continues; up to ${MAX_WAITING_SPANS} spans are queued. ${advice}`,
    );
  }

  #reportSuccess(): void {
    if (!this.#isFailing) return;
    this.#log.info("Spans are exported again.", { dropped: this.#dropped });
    this.#isFailing = false;
    this.#dropped = 0;
  }
}
