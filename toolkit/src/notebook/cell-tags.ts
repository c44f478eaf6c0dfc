/** The parsed tags of a cell. */
export type CellTags = {
  /** Each N of `same_step_N`; more than one is an error. */
  steps: number[];
  /** VALUE of `cache=VALUE`: an ISO 8601 duration. */
  cache: string | null;
  /** NAME of `environment=NAME`. */
  environment: string | null;
  /** FILE of `requirements=FILE`: replaces the notebook's requirements for this step. */
  requirements: string | null;
  /** Tags that were meant to start a step but do not: `same_step_x`, `Same-Step-2`. */
  misspelt: string[];
  other: string[];
};

// With a letter instead of N, another case, other separators or blanks around it.
const LIKE_A_STEP = /^\s*same[\s_-]?step[\s_-]/i;

/** Parses tags without judging them: `checkTags` reports mistakes. */
export function parseCellTags(tags: readonly string[]): CellTags {
  const parsed: CellTags = { steps: [], cache: null, environment: null, requirements: null, misspelt: [], other: [] };
  for (const tag of tags) {
    const [, step, cache, environment, requirements] =
      /^(?:same_step_(\d+)|cache=(.*)|environment=(.*)|requirements=(.*))$/s.exec(tag) ?? [];
    if (step !== undefined) addStep(parsed, tag, Number(step));
    else if (cache !== undefined) parsed.cache = cache;
    else if (environment !== undefined) parsed.environment = environment;
    else if (requirements !== undefined) parsed.requirements = requirements;
    else if (LIKE_A_STEP.test(tag)) parsed.misspelt.push(tag);
    else parsed.other.push(tag);
  }
  return parsed;
}

function addStep({ steps, misspelt }: CellTags, tag: string, step: number): void {
  if (!Number.isSafeInteger(step)) misspelt.push(tag);
  else if (!steps.includes(step)) steps.push(step);
}

// PnYnMnWnDTnHnMnS with at least one part, and one after a T; the last part may have a fraction.
const DURATION =
  /^P(?!$)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?$/;

const DURATION_PARTS =
  /^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/;

/** Whether the text is an ISO 8601 duration. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

const PART_SECONDS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1];

/** The length of an ISO 8601 duration; a year counts as 365 days, a month as 30. */
export function durationSeconds(text: string): number {
  const [, ...parts] = DURATION_PARTS.exec(text) ?? [];
  return parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (PART_SECONDS[index] as number), 0);
}

/** The name of a step: `same_step_007`. */
export function stepName(index: number): string {
  return `same_step_${String(index).padStart(3, "0")}`;
}
