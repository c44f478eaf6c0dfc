import type {
  CellOutput,
  CellRecord,
  CrossingVariable,
  EnvironmentLock,
  LostVariable,
} from "@same-kit/functions-app/contract";
import type { StepResult } from "./run-results.ts";

// The notebook has all of it; this is what a script or a person reads in a terminal.
const MAX_TEXT = 4_000;
const MAX_STREAM = 64 * 1024;

/** A cell as `--json` has it: texts shortened, pictures and pages by their type alone. */
export type SummarizedCell = Omit<CellRecord, "outputs"> & { outputs: SummarizedOutput[] };

export type SummarizedOutput =
  | { kind: "stdout" | "stderr"; text: string }
  | { kind: "shown" | "result"; types: string[]; text: string | null }
  | { kind: "error"; type: string; message: string };

export type SummarizedStep = Omit<StepResult, "details" | "cells" | "failure"> & {
  /** The last 64 Ki characters of each stream. */
  output: { stdout: string; stderr: string };
  cells: SummarizedCell[];
  /** What its environment was made of, with exact versions; null for an interpreter's own packages. */
  lock: EnvironmentLock | null;
  /** The variables that it left for the next step; null if that is not known. */
  crossing: CrossingVariable[] | null;
  /** What could not reach the next step. */
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

/** Both ends: where it began, and what it ended with. */
function shorten(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const half = MAX_TEXT / 2;
  return `${text.slice(0, half)}\n… ${text.length - MAX_TEXT} characters …\n${text.slice(-half)}`;
}
