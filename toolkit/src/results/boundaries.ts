import type { CrossingVariable, LostVariable } from "@same-kit/functions-app/contract";

/** What happened to a variable between two steps. */
type Fate = "new" | "changed" | "unchanged" | "not known" | "lost";

export type BoundaryVariable = Pick<CrossingVariable, "name" | "type" | "cell"> & {
  fate: Fate;
  /** Null for a lost variable. */
  sizeBytes: number | null;
  /** Why it is lost, and what to do about it. */
  why: readonly string[];
};

export type Boundary = {
  step: string;
  /** The step that receives the variables. */
  next: string;
  /** Lost variables come first. */
  variables: readonly BoundaryVariable[];
};

export type BoundaryStep = {
  name: string;
  crossing: readonly CrossingVariable[] | null;
  lost: readonly LostVariable[];
};

/** For each pair of consecutive steps: the variables that were passed on and those that were lost. Pairs without any are omitted. */
export function boundariesOf(steps: readonly BoundaryStep[]): Boundary[] {
  return steps.slice(0, -1).flatMap(({ name, crossing, lost }, index) => {
    const before = new Set(steps[index - 1]?.crossing?.map((variable) => variable.name));
    const variables = [
      ...lost.map(toLost),
      ...(crossing ?? []).map((variable) => toCrossing(variable, before.has(variable.name))),
    ];
    return variables.length === 0 ? [] : [{ step: name, next: steps[index + 1]?.name ?? "", variables }];
  });
}

/** For example `same_step_000 → same_step_001: 2 variables, 3.4 kB, 1 lost`. */
export function summarizeBoundary({ step, next, variables }: Boundary, formatBytes: (bytes: number) => string): string {
  const lost = variables.filter(({ fate }) => fate === "lost").length;
  const crossing = variables.length - lost;
  const size = variables.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  const crossed = `${crossing} ${crossing === 1 ? "variable" : "variables"}, ${formatBytes(size)}`;
  return `${step} → ${next}: ${crossed}${lost === 0 ? "" : `, ${lost} lost`}`;
}

const toLost = ({ name, type, cell, reason, remedy }: LostVariable): BoundaryVariable => {
  return { name, type, cell, fate: "lost", sizeBytes: null, why: [`${reason}.`, remedy] };
};

/** @param isKnown - Whether the previous step passed on a variable of this name: all that an app of an older version reports. */
function toCrossing({ name, type, cell, sizeBytes, changed }: CrossingVariable, isKnown: boolean): BoundaryVariable {
  const unknown = changed === null || isKnown ? "not known" : "new";
  const fate = typeof changed === "boolean" ? (changed ? "changed" : "unchanged") : unknown;
  return { name, type, cell, fate, sizeBytes, why: [] };
}
