import type {
  CellOutput,
  CellRecord,
  CrossingVariable,
  EnvironmentLock,
  LostVariable,
} from "@same-kit/functions-app/contract";
import type { StepResult } from "./run-results.ts";

// The notebook contains all of it; this is for scripts, and for reading in a terminal.
const MAX_TEXT = 4_000;
const MAX_STREAM = 64 * 1024;

/** A cell in `--json`: texts are shortened, images and HTML are represented by their type. */
type SummarizedCell = Omit<CellRecord, "outputs"> & { outputs: SummarizedOutput[] };

type SummarizedOutput =
  | { kind: "stdout" | "stderr"; text: string }
  | { kind: "shown" | "result"; types: string[]; text: string | null }
  | { kind: "error"; type: string; message: string };

export type SummarizedStep = Omit<StepResult, "details" | "cells" | "failure"> & {
  /** The last 64 Ki characters of each stream. */
  output: { stdout: string; stderr: string };
  cells: SummarizedCell[];
  /** The contents of its environment, with exact versions; null for an interpreter's own packages. */
  lock: EnvironmentLock | null;
  /** The variables that it passed to the next step; null if they are unknown. */
  crossing: CrossingVariable[] | null;
  /** The variables that could not be passed on. */
  lost: LostVariable[];
};

export function summarizeStep({ details, cells: _, failure: __, ...step }: StepResult): SummarizedStep {
  const cells = details?.cells ?? [];
  const output = { stdout: streamOf(cells, "stdout"), stderr: streamOf(cells, "stderr") };
  const lock = details?.lock ?? null;
  return {
    ...step,
    output,
    lock,
    crossing: details?.crossing ?? null,
    lost: details?.lost ?? [],
    cells: cells.map((cell) => ({ ...cell, outputs: cell.outputs.map(summarize) })),
  };
}

function streamOf(cells: readonly CellRecord[], name: "stdout" | "stderr"): string {
  const texts = cells.flatMap(({ outputs }) =>
    outputs.flatMap((it) => (it.output_type === "stream" && it.name === name ? [it.text] : [])),
  );
  return texts.join("").slice(-MAX_STREAM);
}

function summarize(output: CellOutput): SummarizedOutput {
  switch (output.output_type) {
    case "stream":
      return { kind: output.name, text: shorten(output.text) };
    case "error":
      return { kind: "error", type: output.ename, message: shorten(output.evalue) };
    case "display_data":
    case "execute_result": {
      const text = output.data["text/plain"];
      return {
        kind: output.output_type === "display_data" ? "shown" : "result",
        types: Object.keys(output.data),
        text: typeof text === "string" ? shorten(text) : null,
      };
    }
  }
}

/** Keeps both the beginning and the end. */
function shorten(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const half = MAX_TEXT / 2;
  return `${text.slice(0, half)}\n… ${text.length - MAX_TEXT} characters …\n${text.slice(-half)}`;
}
