import type { RemovedLine } from "./magic-lines.ts";

// A cell that is removed completely may be a long file.
const MAX_LINES = 20;
const MAX_CHARACTERS = 160;

/** Installing packages while a step runs would change what other runs see. */
export const INSTALLS = /\b(?:pip3?|conda|mamba|uv)\s(?:.*\s)?install\b/;

/** Warnings about the lines that were removed from a cell. */
export function warnOfRemoved(cell: number, removed: readonly RemovedLine[]): string[] {
  if (removed.length === 0) return [];
  const lines = removed.slice(0, MAX_LINES).map(describe);
  if (removed.length > MAX_LINES) lines.push(`  and ${removed.length - MAX_LINES} more lines`);
  const warnings = [`Cell ${cell}: removed what only Jupyter understands:\n${lines.join("\n")}`];
  if (removed.some(({ text }) => INSTALLS.test(text))) {
    warnings.push(
      `Cell ${cell} installs packages: a step gets them from the requirements.txt that \`notebook.requirements\` names.`,
    );
  }
  return warnings;
}

function describe({ line, text, kept }: RemovedLine): string {
  const shown = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return `  line ${line}: ${shown}${kept === undefined ? "" : " (only %time was removed; its Python runs)"}`;
}
