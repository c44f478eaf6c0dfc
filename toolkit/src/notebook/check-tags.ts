import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import { type CellTags, isDuration } from "./cell-tags.ts";

/** A mistake in the tags of a cell, and how to fix it. */
export type TagMistake = {
  cell: number;
  /** Follows the cell's name in a sentence. */
  text: string;
  remedy: string;
};

/** @param environments - The names that `environment=NAME` may have. */
export function checkTags(cell: number, tags: CellTags, environments: ReadonlySet<string>): TagMistake[] {
  const mistakes = checkSteps(cell, tags);
  const { cache, environment, requirements } = tags;
  if (cache !== null && !isDuration(cache)) {
    mistakes.push({
      cell,
      text: `is tagged cache=${cache}, which is not an ISO 8601 duration.`,
      remedy: "Use a value such as cache=P0D or cache=PT12H.",
    });
  }
  if (requirements?.trim() === "") {
    mistakes.push({
      cell,
      text: "is tagged requirements=, without a file.",
      remedy: "Use a tag such as requirements=plots.txt.",
    });
  }
  if (environment !== null && !environments.has(environment)) {
    mistakes.push({
      cell,
      text: `is tagged environment=${environment}, but same.yaml has no such environment (it has: ${[...environments].join(", ")}).`,
      remedy: "Declare it under `environments` in same.yaml, or change the tag.",
    });
  }
  return mistakes;
}

/** Otherwise its code would silently run as part of the previous step. */
function checkSteps(cell: number, { steps, misspelt }: CellTags): TagMistake[] {
  const mistakes = misspelt.map((tag) => ({
    cell,
    text: `is tagged ${JSON.stringify(tag)}, which does not start a step: N in same_step_N must be a number.`,
    remedy: "Use a tag such as same_step_1, or remove it.",
  }));
  if (steps.length < 2) return mistakes;
  const tags = steps.map((step) => `same_step_${step}`).join(" and ");
  const text = `has the tags ${tags}, but a cell can start only one step.`;
  return [...mistakes, { cell, text, remedy: "Keep one of them." }];
}

/** @throws OperationError `ERR_NOTEBOOK_TAGS` that lists every mistake. */
export function refuseMistakes(mistakes: readonly TagMistake[], file: string): void {
  const [first, ...others] = mistakes;
  if (first === undefined) return;
  if (others.length === 0) throw tagError(`Cell ${first.cell} of ${file} ${first.text}`, first.remedy);
  const lines = mistakes
    .toSorted((left, right) => left.cell - right.cell)
    .map(({ cell, text, remedy }) => `  cell ${cell} ${text} ${remedy}`);
  throw tagError(
    `${file} has ${mistakes.length} mistakes in its tags:\n${lines.join("\n")}`,
    "docs/same-yaml.md lists every tag with its meaning.",
  );
}

function tagError(message: string, hint: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_NOTEBOOK_TAGS", message, hint });
}
