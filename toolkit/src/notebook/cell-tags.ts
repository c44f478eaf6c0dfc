/** What a cell's tags say. */
export type CellTags = {
  /** N of `same_step_N`. */
  step: number | null;
  /** VALUE of `cache=VALUE`: an ISO 8601 duration. */
  cache: string | null;
  /** NAME of `environment=NAME`. */
  environment: string | null;
  other: string[];
};

export function parseCellTags(tags: readonly string[]): CellTags {
  const parsed: CellTags = { step: null, cache: null, environment: null, other: [] };
  for (const tag of tags) {
    const [, step, cache, environment] = /^(?:same_step_(\d+)|cache=(.+)|environment=(.+))$/.exec(tag) ?? [];
    if (step !== undefined) parsed.step = Number(step);
    else if (cache !== undefined) parsed.cache = cache;
    else if (environment !== undefined) parsed.environment = environment;
    else parsed.other.push(tag);
  }
  return parsed;
}

// PnYnMnWnDTnHnMnS with at least one part, and one after a T; the last part may have a fraction.
const DURATION =
  /^P(?!$)(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?$/;

export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** As steps are called everywhere: `same_step_007`. */
export function stepName(index: number): string {
  return `same_step_${String(index).padStart(3, "0")}`;
}
