// Reads a run's summary for the pages. It is the output of `local run --json`, possibly of another version, so it is
// read member by member.

import type { RunDetail } from "../../../local/src/inspector/api.ts";

export type ShownVariable = { name: string; type: string; sizeBytes: number | null; text: string };
export type ShownFailure = { message: string; step: string | null; cell: number | null; traceback: string | null };
export type ShownStep = {
  name: string;
  state: string;
  /** Relative to the start of the run; null: unknown. */
  startMs: number | null;
  durationMs: number | null;
  /** The run whose result was reused. */
  keptFrom: string | null;
  output: string;
};

type ShownSummary = {
  failure: ShownFailure | null;
  variables: readonly ShownVariable[];
  warnings: readonly string[];
  python: string | null;
  durationMs: number | null;
};

type Fields = Readonly<Record<string, unknown>>;

/** Reads the parts of a run's summary that the page shows; missing or malformed parts are empty. */
export function readSummary({ summary }: Pick<RunDetail, "summary">): ShownSummary {
  const it = fieldsOf(summary);
  return {
    failure: readFailure(it["failure"]),
    variables: listOf(it["variables"]).map((variable) => ({
      name: textOf(variable["name"]) ?? "",
      type: textOf(variable["type"]) ?? "",
      sizeBytes: numberOf(variable["sizeBytes"]),
      text: textOf(variable["repr"]) ?? "",
    })),
    warnings: Array.isArray(it["warnings"]) ? it["warnings"].filter((text) => typeof text === "string") : [],
    python: textOf(fieldsOf(it["python"])["version"]),
    durationMs: numberOf(it["durationMs"]),
  };
}

/** @param current - The running step, counted from 0; null if unknown. */
export function readSteps(
  run: Pick<RunDetail, "steps" | "summary" | "startedAt">,
  current: number | null,
): ShownStep[] {
  const results = listOf(fieldsOf(run.summary)["steps"]);
  return run.steps.map((name, index) => {
    const result = results.find((it) => it["name"] === name) ?? {};
    const output = fieldsOf(result["output"]);
    return {
      name,
      state: textOf(result["status"]) ?? stateBy(index, current),
      startMs: offset(textOf(result["startedAt"]), run.startedAt),
      durationMs: numberOf(result["durationMs"]),
      keptFrom: textOf(result["keptFrom"]) ?? textOf(fieldsOf(result["keptFrom"])["id"]),
      output: [textOf(output["stdout"]), textOf(output["stderr"])].filter(Boolean).join("\n"),
    };
  });
}

function stateBy(index: number, current: number | null): string {
  if (current === null || index > current) return "not begun";
  return index === current ? "running" : "completed";
}

function offset(at: string | null, start: string): number | null {
  const ms = Date.parse(at ?? "") - Date.parse(start);
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}

function readFailure(value: unknown): ShownFailure | null {
  const it = fieldsOf(value);
  const message = textOf(it["message"]);
  if (message === null) return null;
  return {
    message,
    step: textOf(it["step"]),
    cell: numberOf(fieldsOf(it["cell"])["number"]),
    traceback: textOf(it["traceback"]),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
