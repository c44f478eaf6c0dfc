import { type CellTags, parseCellTags, stepName } from "./cell-tags.ts";
import { checkTags, refuseMistakes, type TagMistake } from "./check-tags.ts";
import { removeMagics } from "./magic-lines.ts";
import { warnOfRemoved } from "./magic-warnings.ts";
import { warnOfMisspelt } from "./misspelt-tags.ts";
import type { Notebook } from "./notebook-file.ts";
import { translateMagics } from "./translate-magics.ts";

/** The lines of a step's code, counted from 1, that come from one cell; `tags` are those that change how it runs. */
export type CellRange = { cell: number; firstLine: number; lineCount: number; tags?: readonly string[] };

export type Step = {
  name: string;
  index: number;
  code: string;
  cells: readonly CellRange[];
  /** Tags of its cells that have no meaning here, such as papermill's `parameters`. */
  tags: readonly string[];
  cache: string | null;
  environment: string | null;
  /** The file of `requirements=FILE`; absent: the notebook's own. */
  requirements?: string;
};

type SplitNotebook = {
  steps: readonly Step[];
  warnings: readonly string[];
  /** The packages that the cells install, as lines of a requirements.txt. */
  installs: readonly string[];
};

type SplitOptions = {
  /** Compiles like upstream: all magics are removed. */
  upstreamMagics?: boolean;
};

type Draft = Omit<Step, "code" | "cells" | "tags"> & {
  /** The cell whose tag starts the step; null for the code before the first tag. */
  taggedCell: number | null;
  parts: { cell: number; code: string; tags: readonly string[] }[];
  tags: string[];
};

/**
 * A notebook's steps in the order of its cells.
 *
 * @param environments - The names that `environment=NAME` may have.
 * @throws OperationError `ERR_NOTEBOOK_TAGS`.
 */
export function splitSteps(
  notebook: Notebook,
  environments: ReadonlySet<string>,
  { upstreamMagics = false }: SplitOptions = {},
): SplitNotebook {
  const warnings: string[] = [];
  const installs: string[] = [];
  const mistakes: TagMistake[] = [];
  const drafts: Draft[] = [newDraft(0, null)];
  for (const cell of notebook.cells) {
    const tags = parseCellTags(cell.tags);
    mistakes.push(...checkTags(cell.number, tags, environments));
    warnings.push(...warnOfMisspelt(cell.number, tags.other));
    const [step] = tags.steps;
    if (step !== undefined) drafts.push(newDraft(step, cell.number));
    const draft = drafts.at(-1) as Draft;
    mistakes.push(...applyTags(draft, tags, cell.number));
    // As in nbclient and Jupyter Book.
    if (cell.kind !== "code" || cell.tags.includes("skip-execution")) continue;
    const translated = upstreamMagics ? { ...removeMagics(cell.source), installs: [] } : translateMagics(cell.source);
    const { code, removed } = translated;
    installs.push(...translated.installs);
    draft.parts.push({ cell: cell.number, code, tags: cell.tags.filter((tag) => tag === "raises-exception") });
    warnings.push(...warnOfRemoved(cell.number, removed));
  }
  const kept = drafts.filter((draft) => draft.taggedCell !== null || hasCode(draft));
  refuseMistakes([...mistakes, ...findDuplicates(kept)], notebook.file);
  if (kept.length === 0) {
    kept.push(...drafts.slice(0, 1));
    warnings.push(`${notebook.file} has no code, so running it does nothing.`);
  }
  warnings.push(...kept.flatMap(warnOfEnvironment));
  return { steps: kept.map(toStep), warnings, installs };
}

function newDraft(index: number, taggedCell: number | null): Draft {
  return { name: stepName(index), index, taggedCell, parts: [], tags: [], cache: null, environment: null };
}

function applyTags(draft: Draft, { cache, environment, requirements, other }: CellTags, cell: number): TagMistake[] {
  draft.cache = cache ?? draft.cache;
  draft.environment = environment ?? draft.environment;
  draft.tags.push(...other.filter((tag) => !draft.tags.includes(tag)));
  // An empty name is reported as a separate mistake.
  if (requirements === null || requirements.trim() === "" || requirements === draft.requirements) return [];
  if (draft.requirements === undefined) {
    draft.requirements = requirements;
    return [];
  }
  const text = `is tagged requirements=${requirements}, but its step ${draft.name} has requirements=${draft.requirements} already.`;
  return [{ cell, text, remedy: "Keep one of them, or start another step with a tag same_step_N." }];
}

/** Code before the first tag becomes a step; a title or an empty cell there does not. */
function hasCode({ parts }: Draft): boolean {
  return parts.some(({ code }) => code.trim() !== "");
}

/** One of two steps with the same name would overwrite the other. */
function findDuplicates(drafts: readonly Draft[]): TagMistake[] {
  const first = new Map<number, Draft>();
  return drafts.flatMap((draft): TagMistake[] => {
    const earlier = first.get(draft.index);
    if (earlier === undefined) first.set(draft.index, draft);
    // Only the first draft can have no tag.
    if (earlier === undefined || draft.taggedCell === null) return [];
    const others =
      earlier.taggedCell === null
        ? `as the cells before the first tag (from cell ${earlier.parts[0]?.cell}) do`
        : `as cell ${earlier.taggedCell} does`;
    const remedy =
      "Give one of the cells another number; steps run in the order of the notebook, whatever their numbers.";
    return [{ cell: draft.taggedCell, text: `starts ${draft.name}, ${others} already.`, remedy }];
  });
}

function warnOfEnvironment({ name, environment }: Draft): string[] {
  if (environment === null || environment === "default") return [];
  return [
    `Step ${name} requests the environment ${environment}: its image is ignored, because this backend runs no custom images. Python packages come from requirements.txt only.`,
  ];
}

function toStep({ name, index, parts, tags, cache, environment, requirements }: Draft): Step {
  const cells: CellRange[] = [];
  let firstLine = 1;
  for (const { cell, code, tags } of parts) {
    const lineCount = code.split("\n").length;
    cells.push({ cell, firstLine, lineCount, ...(tags.length > 0 && { tags }) });
    firstLine += lineCount;
  }
  const code = parts.map((part) => part.code).join("\n");
  return { name, index, code, cells, tags, cache, environment, ...(requirements !== undefined && { requirements }) };
}
