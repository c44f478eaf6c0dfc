import type { RunDetail } from "../../../local/src/inspector/api.ts";
import { readSteps, readSummary } from "./run-summary.ts";

/** One line of a comparison; null if a run has nothing of that name. */
export type Difference<Value> = { name: string; left: Value | null; right: Value | null; isEqual: boolean };

export type Comparison = {
  steps: readonly Difference<{ state: string; durationMs: number | null }>[];
  parameters: readonly Difference<string>[];
  variables: readonly Difference<string>[];
};

/** Compares two runs by name, in the order of the left run, followed by names that only the right run has. */
export function compareRuns(left: RunDetail, right: RunDetail): Comparison {
  const stepsOf = (run: RunDetail) =>
    new Map(readSteps(run, null).map(({ name, state, durationMs }) => [name, { state, durationMs }]));
  const parametersOf = (run: RunDetail) =>
    new Map(Object.entries(run.parameters).map(([name, value]) => [name, JSON.stringify(value)]));
  const variablesOf = (run: RunDetail) =>
    new Map(readSummary(run).variables.map(({ name, type, text }) => [name, `${type} ${text}`]));
  return {
    steps: pair(stepsOf(left), stepsOf(right), (a, b) => a.state === b.state),
    parameters: pair(parametersOf(left), parametersOf(right), (a, b) => a === b),
    variables: pair(variablesOf(left), variablesOf(right), (a, b) => a === b),
  };
}

function pair<Value>(
  left: ReadonlyMap<string, Value>,
  right: ReadonlyMap<string, Value>,
  isEqual: (left: Value, right: Value) => boolean,
): Difference<Value>[] {
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const [a, b] = [left.get(name) ?? null, right.get(name) ?? null];
    return { name, left: a, right: b, isEqual: a !== null && b !== null && isEqual(a, b) };
  });
}
