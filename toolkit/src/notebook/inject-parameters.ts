import { parseCellTags } from "./cell-tags.ts";
import type { Cell, Notebook } from "./notebook-file.ts";
import { initialLexerState, isAtStatement, readPythonLine } from "./python-lines.ts";

type InjectedNotebook = { notebook: Notebook; warnings: readonly string[] };

/** Papermill's tags: for the cell with the defaults, and for the cell that papermill or this file added. */
const DEFAULTS_TAG = "parameters";
const INJECTED_TAG = "injected-parameters";

/** The assigned values by name, as Python source. */
type Assignments = ReadonlyMap<string, string>;

/**
 * A notebook with a cell that assigns the parameters: it replaces a previously injected cell, otherwise follows the cell tagged
 * `parameters`, otherwise precedes the first cell with code or a step tag. Without parameters, the notebook is unchanged.
 */
export function injectParameters(notebook: Notebook, assignments: Assignments): InjectedNotebook {
  if (assignments.size === 0) return { notebook, warnings: [] };
  const { cells } = notebook;
  const source = ["# Parameters", ...[...assignments].map(([name, value]) => `${name} = ${value}`)].join("\n");
  const defaults = cells.find(({ tags }) => tags.includes(DEFAULTS_TAG));
  const warnings = warnOfUnknown([...assignments.keys()], defaults);
  const earlier = cells.findIndex(({ tags }) => tags.includes(INJECTED_TAG));
  if (earlier >= 0) {
    const replaced: Cell = { ...(cells[earlier] as Cell), kind: "code", source };
    return { notebook: { ...notebook, cells: cells.with(earlier, replaced) }, warnings };
  }
  // A number that no cell of the file has.
  const injected: Cell = { number: cells.length + 1, kind: "code", source, tags: [INJECTED_TAG] };
  const at = defaults === undefined ? -1 : cells.indexOf(defaults);
  const changed = at < 0 ? withFirst(cells, injected) : cells.toSpliced(at + 1, 0, injected);
  return { notebook: { ...notebook, cells: changed }, warnings };
}

/** Before the first cell that contains code or starts a step; that step then starts with the new cell. */
function withFirst(cells: readonly Cell[], injected: Cell): readonly Cell[] {
  const begins = ({ tags }: Cell) => parseCellTags(tags).steps.length > 0;
  const at = cells.findIndex((cell) => begins(cell) || (cell.kind === "code" && cell.source.trim() !== ""));
  const next = cells[at];
  if (next === undefined) return [...cells, injected];
  const isStepTag = (tag: string) => parseCellTags([tag]).steps.length > 0;
  const first = { ...injected, tags: [...injected.tags, ...next.tags.filter(isStepTag)] };
  return cells.toSpliced(at, 1, first, { ...next, tags: next.tags.filter((tag) => !isStepTag(tag)) });
}

function warnOfUnknown(names: readonly string[], defaults: Cell | undefined): string[] {
  const known = defaults === undefined ? new Set<string>() : assignedNames(defaults.source);
  const unknown = names.filter((name) => !known.has(name)).map((name) => `Passed unknown parameter: ${name}`);
  if (defaults !== undefined) return unknown.map((text) => `${text} (cell ${defaults.number} does not assign it).`);
  const missing = `The notebook has no cell with the tag \`${DEFAULTS_TAG}\`; the parameters are set before its first cell.`;
  return [missing, ...unknown.map((text) => `${text}.`)];
}

/** Names before a = at the start of a statement, with or without a type. */
function assignedNames(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  let state = initialLexerState;
  for (const line of source.split("\n")) {
    const name = /^([\p{L}_][\p{L}\p{N}_]*)\s*(?::[^=]*)?=(?!=)/u.exec(line)?.[1];
    if (name !== undefined && isAtStatement(state)) names.add(name);
    state = readPythonLine(state, line);
  }
  return names;
}
