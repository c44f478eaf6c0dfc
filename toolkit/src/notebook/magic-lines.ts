// Jupyter's additions to Python. They are removed, because a step is plain Python; other code keeps its line numbers, so that
// a traceback points at the line in the notebook.

import { endsWithBackslash, initialLexerState, isAtStatement, readPythonLine } from "./python-lines.ts";

/** A removed line; `line` counts from 1 within its cell. `kept`: the Python code that the magic only timed. */
export type RemovedLine = { line: number; text: string; kept?: string };

export type PlainCode = { code: string; removed: readonly RemovedLine[] };

// They run the cell's Python and add something around it; any other %% magic passes the cell to another program.
const TRANSPARENT_CELL_MAGICS = new Set(["time", "timeit", "capture"]);

// Words that jupytext treats as shell commands at the start of a line.
const SHELL_COMMANDS = "cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren";
export const SHELL_LINE = new RegExp(`^(?:${SHELL_COMMANDS})(?:\\s+(?<rest>.*))?$`);
// Jupyter's own commands, which also work without a %. Without arguments they are names.
export const INSTALLER_LINE = /^(?:pip|conda|mamba|micromamba|uv)\s+(?<rest>[a-z].*)$/;
// After a name that is also such a command: Python, not arguments.
const PYTHON_AFTER_NAME = /^(?:[([,;:]|(?:[-+*/%&|^@]|\/\/|\*\*|<<|>>)?=|[<>!]=|(?:in|is|and|or|if|not|for)\b)/;

// Names, attributes and subscripts before one =. A subscript containing = could be a string that only looks like one.
export const TARGETS = String.raw`[\p{L}_](?:[\p{L}\p{N}_., *]|\[[^\]=]*\])*=\s*`;

// No Python statement starts like these.
const MAGIC_PATTERNS = [
  /^\s*%{1,3}[A-Za-z_]/, // %magic, and %%magic that is not a cell's first line
  /^\s*[!?]/, // !command, ?name
  /^[^'"#]*[\w\])*]\?{1,2}\s*$/, // name?, x = name?
  new RegExp(String.raw`^\s*${TARGETS}(?:!|%{1,3}[A-Za-z_])`, "u"), // name = !command, name = %magic
];

// %time runs the rest of its line in the notebook's own variables, as %%time does with a cell. (%timeit has variables of its own.)
const TIMED_LINE = new RegExp(String.raw`^(?<before>\s*(?:${TARGETS})?)%time\s+(?<python>[^-\s!?%].*)$`, "u");

/** Removes magics from one cell's source. */
export function removeMagics(source: string): PlainCode {
  const lines = removeLeadingIndent(source.split("\n"));
  const removed: RemovedLine[] = [];
  const start = skipCellMagics(lines, removed);
  const kept: string[] = lines.slice(0, start).map(() => "");
  let state = initialLexerState;
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (!isAtStatement(state) || !isMagicLine(line)) {
      kept.push(line);
      state = readPythonLine(state, line);
      continue;
    }
    const timed = readTimedLine(line);
    if (timed !== null) {
      removed.push({ line: at + 1, text: line, kept: timed });
      kept.push(timed);
      state = readPythonLine(state, timed);
      continue;
    }
    const end = findMagicEnd(lines, at);
    for (let index = at; index <= end; index += 1) {
      removed.push({ line: index + 1, text: lines[index] as string });
      kept.push(index === at ? placeholder(line) : "");
    }
    at = end;
  }
  return { code: kept.join("\n"), removed };
}

/** A whole cell may be indented, for example if copied from a function: Jupyter removes the indentation. */
export function removeLeadingIndent(lines: readonly string[]): readonly string[] {
  const indent = /^[ \t]+/.exec(lines.find((line) => line.trim() !== "") ?? "")?.[0];
  if (indent === undefined) return lines;
  return lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
}

/** @returns The index of the first line of Python, or past the last line if the cell is in another language. */
function skipCellMagics(lines: readonly string[], removed: RemovedLine[]): number {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (line.trim() === "") continue;
    const magic = /^%%(\S+)/.exec(line)?.[1];
    if (magic === undefined) return at;
    if (!TRANSPARENT_CELL_MAGICS.has(magic)) {
      removed.push(...lines.slice(at).map((text, index) => ({ line: at + index + 1, text })));
      return lines.length;
    }
    removed.push({ line: at + 1, text: line });
  }
  return lines.length;
}

export function isMagicLine(line: string): boolean {
  return MAGIC_PATTERNS.some((pattern) => pattern.test(line)) || isShellLine(line);
}

function isShellLine(line: string): boolean {
  const match = SHELL_LINE.exec(line.trimEnd()) ?? INSTALLER_LINE.exec(line);
  if (match === null) return false;
  const rest = match.groups?.["rest"];
  return rest === undefined || !PYTHON_AFTER_NAME.test(rest);
}

function readTimedLine(line: string): string | null {
  const { before, python } = TIMED_LINE.exec(line)?.groups ?? {};
  return before === undefined || python === undefined ? null : before + python;
}

/** As in Python, a backslash at the end of a line continues a magic. */
export function findMagicEnd(lines: readonly string[], start: number): number {
  let end = start;
  while (end + 1 < lines.length && endsWithBackslash(lines[end] as string)) end += 1;
  return end;
}

/** An indented magic may be the only line of its block. */
export function placeholder(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return indent === "" ? "" : `${indent}pass`;
}
