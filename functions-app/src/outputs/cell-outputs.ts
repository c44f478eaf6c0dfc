import type { CellOutput, CellRecord, MimeBundle, StepDetails, StreamName } from "../contract/step-details.ts";
import type { StepEvent, StepMessage } from "./step-message.ts";
import { TerminalText } from "./terminal-text.ts";

// The cost of one output besides its content, so that a million empty ones are limited too.
const OVERHEAD_CHARACTERS = 100;
/** For a cell that prints more than the limit, the end is kept as well: it shows what went wrong. */
const TAIL_CHARACTERS = 64 * 1024;

type Stream = { name: StreamName; text: TerminalText };
type Shown = Exclude<CellOutput, { output_type: "stream" }>;
type Entry = { size: number; stream: Stream } | { size: number; shown: Shown };
type Overflow = { omitted: number; tails: Map<StreamName, TerminalText> };
type OpenCell = Omit<CellRecord, "outputs"> & { entries: Entry[]; overflow: Overflow | null };

type CellOutputsOptions = {
  /** The limit for all outputs of a step, in characters. */
  maxCharacters: number;
  now?: () => Date;
};

/** Collects what a step's cells print and display, in notebook format and within a limit. */
export class CellOutputs {
  readonly #maxCharacters: number;
  readonly #now: () => Date;
  readonly #cells: OpenCell[] = [];
  readonly #updates: NonNullable<StepDetails["updates"]> = [];
  #size = 0;
  #clearsNext = false;

  constructor({ maxCharacters, now = () => new Date() }: CellOutputsOptions) {
    this.#maxCharacters = maxCharacters;
    this.#now = now;
  }

  add(message: StepMessage): void {
    if (message.kind === "output") this.#print(message.stream, message.text);
    else this.#handle(message.event);
  }

  /** Adds a failure to the cell that had not finished, for example if the process died. A cell's own error is already there. */
  fail({ type, message, traceback }: { type: string; message: string; traceback: string }): void {
    const cell = this.#cells.at(-1);
    if (cell === undefined || cell.status !== "unfinished") return;
    const lines = traceback === "" ? [`${type}: ${message}`] : traceback.split("\n");
    this.#show({ output_type: "error", ename: type, evalue: message, traceback: lines });
  }

  /** The outputs so far; more may follow. */
  toDetails(): StepDetails {
    const cells = this.#cells.map(({ entries, overflow, ...cell }) => ({
      ...cell,
      outputs: [...entries.map(toOutput), ...toRest(overflow)],
    }));
    return { formatVersion: 1, cells, ...(this.#updates.length > 0 && { updates: this.#updates }) };
  }

  /** The last characters of a stream, from all cells. */
  tail(name: StreamName, characters: number): string {
    let text = "";
    for (const cell of [...this.#cells].reverse()) {
      const overflow = cell.overflow?.tails.get(name);
      if (overflow !== undefined) text = overflow.toString() + text;
      for (const entry of [...cell.entries].reverse()) {
        if (text.length >= characters) return text.slice(-characters);
        if ("stream" in entry && entry.stream.name === name) text = entry.stream.text.toString() + text;
      }
    }
    return text.slice(-characters);
  }

  #handle(event: StepEvent): undefined {
    switch (event.kind) {
      case "cell-started":
        return this.#start(event.cell, event.count);
      case "cell-ended":
        return this.#end(event.ms, event.status);
      case "display":
        return this.#display(event.data, event.metadata, event.id);
      case "update":
        return this.#update(event.data, event.metadata, event.id ?? "");
      case "result":
        return this.#show({
          output_type: "execute_result",
          execution_count: event.count,
          data: event.data,
          metadata: event.metadata,
        });
      case "error":
        return this.#show({
          output_type: "error",
          ename: event.name,
          evalue: event.value,
          traceback: event.traceback,
        });
      case "clear":
        this.#clearsNext = event.wait;
        if (!event.wait) this.#clear();
        return;
      case "asset":
        return; // Not an output of a cell: it is handled where the outputs are stored.
    }
  }

  #start(cell: number | null, count: number): undefined {
    this.#clearsNext = false;
    const startedAt = this.#now().toISOString();
    // Without cells, nothing is counted.
    const executionCount = cell === null ? null : count;
    this.#cells.push({ cell, executionCount, startedAt, status: "unfinished", entries: [], overflow: null });
  }

  #end(ms: number, status: "ok" | "error"): undefined {
    this.#clearsNext = false;
    const cell = this.#current();
    cell.durationMs = Math.round(ms * 1000) / 1000;
    cell.status = status;
  }

  /** Output before the first cell, for example of a module that a session loads, has its own place. */
  #current(): OpenCell {
    if (this.#cells.length === 0) {
      const none = { cell: null, executionCount: null, startedAt: null };
      this.#cells.push({ ...none, status: "ok", entries: [], overflow: null });
    }
    return this.#cells.at(-1) as OpenCell;
  }

  #print(name: StreamName, text: string): undefined {
    this.#clearIfDue();
    const cell = this.#current();
    if (cell.overflow !== null || this.#size + text.length > this.#maxCharacters)
      return this.#overflow(cell, name, text);
    const last = cell.entries.at(-1);
    let entry = last !== undefined && "stream" in last && last.stream.name === name ? last : undefined;
    if (entry === undefined) {
      entry = { size: OVERHEAD_CHARACTERS, stream: { name, text: new TerminalText() } };
      cell.entries.push(entry);
      this.#size += OVERHEAD_CHARACTERS;
    }
    const before = entry.stream.text.length;
    entry.stream.text.append(text);
    const grown = entry.stream.text.length - before;
    entry.size += grown;
    this.#size += grown;
  }

  #overflow(cell: OpenCell, name: StreamName, text: string): undefined {
    cell.overflow ??= { omitted: 0, tails: new Map() };
    const tail = cell.overflow.tails.get(name) ?? new TerminalText();
    cell.overflow.tails.set(name, tail);
    const before = tail.length;
    tail.append(text);
    const grown = tail.length - before;
    tail.trimStart(TAIL_CHARACTERS);
    cell.overflow.omitted += Math.max(0, before + grown - tail.length);
  }

  #display(data: MimeBundle, metadata: Record<string, unknown>, id: string | undefined): undefined {
    this.#show({ output_type: "display_data", data, metadata, ...(id !== undefined && { display_id: id }) });
  }

  #show(shown: Shown): undefined {
    this.#clearIfDue();
    const kept = this.#fitting(shown);
    const size = OVERHEAD_CHARACTERS + sizeOf(kept);
    this.#size += size;
    this.#current().entries.push({ size, shown: kept });
  }

  /** An error is always kept; an output that is too large is replaced by a placeholder. */
  #fitting(shown: Shown): Shown {
    if (shown.output_type === "error" || this.#size + sizeOf(shown) <= this.#maxCharacters) return shown;
    const kinds = Object.keys(shown.data).filter((kind) => kind !== "text/plain");
    const what = kinds.length === 0 ? "text" : kinds.join(", ");
    const text = `[An output of ${sizeOf(shown)} characters (${what}) is left out: the step's outputs exceed their limit]`;
    return { ...shown, data: { "text/plain": text }, metadata: {} };
  }

  #update(data: MimeBundle, metadata: Record<string, unknown>, id: string): undefined {
    const places = this.#cells
      .flatMap(({ entries }) => entries)
      .filter((entry) => "shown" in entry && "display_id" in entry.shown && entry.shown.display_id === id);
    if (places.length === 0) {
      const others = this.#updates.filter(({ display_id }) => display_id !== id);
      this.#updates.splice(0, this.#updates.length, ...others, { display_id: id, data, metadata });
      return;
    }
    for (const entry of places as { size: number; shown: Shown }[]) {
      this.#size -= entry.size;
      entry.shown = this.#fitting({ ...entry.shown, data, metadata } as Shown);
      entry.size = OVERHEAD_CHARACTERS + sizeOf(entry.shown);
      this.#size += entry.size;
    }
  }

  #clearIfDue(): void {
    if (!this.#clearsNext) return;
    this.#clearsNext = false;
    this.#clear();
  }

  #clear(): void {
    const cell = this.#current();
    for (const { size } of cell.entries.splice(0)) this.#size -= size;
    cell.overflow = null;
  }
}

function toOutput(entry: Entry): CellOutput {
  if ("shown" in entry) return entry.shown;
  return { output_type: "stream", name: entry.stream.name, text: entry.stream.text.toString() };
}

function toRest(overflow: Overflow | null): CellOutput[] {
  if (overflow === null) return [];
  const note = `\n[${overflow.omitted} characters are left out: the step's outputs exceed their limit (app setting SAME_MAX_OUTPUT_BYTES)]\n`;
  return [...overflow.tails].map(([name, text], index) => ({
    output_type: "stream",
    name,
    text: `${index === 0 ? note : ""}${text}`,
  }));
}

function sizeOf(shown: Shown): number {
  if (shown.output_type === "error")
    return shown.evalue.length + shown.traceback.reduce((sum, it) => sum + it.length, 0);
  return Object.values(shown.data).reduce<number>(
    (sum, form) => sum + (typeof form === "string" ? form.length : JSON.stringify(form).length),
    0,
  );
}
