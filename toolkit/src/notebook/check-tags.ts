import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import { type CellTags, isDuration } from "./cell-tags.ts";

/**
 * @param where - The cell and its file, as the start of a sentence.
 * @param environments - The names that `environment=NAME` may have.
 * @throws OperationError `ERR_NOTEBOOK_TAGS`.
 */
export function checkTags(tags: CellTags, where: string, environments: ReadonlySet<string>): void {
  checkSteps(tags, where);
  const { cache, environment, requirements } = tags;
  if (cache !== null && !isDuration(cache)) {
    throw tagError(
      `${where} is tagged cache=${cache}, which is not an ISO 8601 duration.`,
      "Use a value such as cache=P0D or cache=PT12H.",
    );
  }
  if (requirements?.trim() === "") {
    throw tagError(`${where} is tagged requirements=, without a file.`, "Use a tag such as requirements=plots.txt.");
  }
  if (environment !== null && !environments.has(environment)) {
    throw tagError(
      `${where} is tagged environment=${environment}, but same.yaml has no such environment (it has: ${[...environments].join(", ")}).`,
      "Declare it under `environments` in same.yaml, or change the tag.",
    );
  }
}

/** Otherwise its code would silently run as part of the previous step. */
function checkSteps({ steps, misspelt: [misspelt] }: CellTags, where: string): void {
  if (misspelt !== undefined) {
    throw tagError(
      `${where} is tagged ${JSON.stringify(misspelt)}, which does not start a step: N in same_step_N must be a number.`,
      "Use a tag such as same_step_1, or remove it.",
    );
  }
  if (steps.length > 1) {
    const tags = steps.map((step) => `same_step_${step}`).join(" and ");
    throw tagError(`${where} has the tags ${tags}, but a cell can start only one step.`, "Keep one of them.");
  }
}

export function tagError(message: string, hint: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_NOTEBOOK_TAGS", message, hint });
}
