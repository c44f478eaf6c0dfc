import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import { type CellTags, isDuration } from "./cell-tags.ts";

/**
 * @param where - The cell and its file, as a sentence begins with them.
 * @param environments - The names that `environment=NAME` may have.
 * @throws OperationError `ERR_NOTEBOOK_TAGS`.
 */
export function checkTags(tags: CellTags, where: string, environments: ReadonlySet<string>): void {
  checkSteps(tags, where);
  const { cache, environment } = tags;
  if (cache !== null && !isDuration(cache)) {
    throw tagError(
      `${where} is tagged cache=${cache}, which is not an ISO 8601 duration.`,
      "Write it such as cache=P0D or cache=PT12H.",
    );
  }
  if (environment !== null && !environments.has(environment)) {
    throw tagError(
      `${where} is tagged environment=${environment}, but there is no such environment (there are: ${[...environments].join(", ")}).`,
      "Declare it under `environments` in same.yaml, or change the tag.",
    );
  }
}

/** A step that silently does not begin would run as part of the one before it. */
function checkSteps({ steps, misspelt: [misspelt] }: CellTags, where: string): void {
  if (misspelt !== undefined) {
    throw tagError(
      `${where} is tagged ${JSON.stringify(misspelt)}, which begins no step: N in same_step_N is a number.`,
      "Write it such as same_step_1, or take the tag away.",
    );
  }
  if (steps.length > 1) {
    const tags = steps.map((step) => `same_step_${step}`).join(" and ");
    throw tagError(`${where} has the tags ${tags}, but a cell begins one step.`, "Keep one of them.");
  }
}

export function tagError(message: string, hint: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_NOTEBOOK_TAGS", message, hint });
}
