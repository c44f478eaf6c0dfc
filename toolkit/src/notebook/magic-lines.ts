// Jupyter's additions to Python. They are taken out, because a step is plain Python; what stays keeps its line number, so that
// a traceback points at the notebook's line.

import { endsWithBackslash, initialLexerState, isAtStatement, readPythonLine } from "./python-lines.ts";

/** A line that was taken out; `line` counts from 1 within its cell. */
export type RemovedLine = { line: number; text: string };

export type PlainCode = { code: string; removed: readonly RemovedLine[] };

// They run the cell's Python and add something around it; any other %% magic gives the cell to another program.
const TRANSPARENT_CELL_MAGICS = new Set(["time", "timeit", "capture"]);

// What jupytext takes for shell commands when a line begins with them.
const SHELL_COMMANDS = "cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren";
const SHELL_LINE = new RegExp(`^(?:${SHELL_COMMANDS})(?:\\s+(?<rest>.*))?$`);
// After a name that happens to be such a command: Python, not arguments.
const PYTHON_AFTER_NAME = /^(?:[([,;:]|(?:[-+*/%&|^@]|\/\/|\*\*|<<|>>)?=|[<>!]=|(?:in|is|and|or|if|not|for)\b)/;

const MAGIC_PATTERNS = [
  /^\s*%{1,2}[A-Za-z_]/, // %magic, and %%magic that is not a cell's first line
  /^\s*!{1,2}\S/, // !command
  /^\s*\?{1,2}\s*[%\w.*]/, // ?name
  /^\s*%{0,2}[\w.*]+(?:\[[^\]]*\])?\?{1,2}\s*$/, // name?
  /^\s*[A-Za-z_][\w., ]*=\s*(?:!|%[A-Za-z_])/, // name = !command, name = %magic
];

/** Removes magics from one cell's source. */
export function removeMagics(source: string): PlainCode {
  const lines = source.split("\n");
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
    const end = findMagicEnd(lines, at);
    for (let index = at; index <= end; index += 1) {
      removed.push({ line: index + 1, text: lines[index] as string });
      kept.push(index === at ? placeholder(line) : "");
    }
    at = end;
  }
  return { code: kept.join("\n"), removed };
}

/** @returns The index of the first line that is Python; all of them are gone where the cell is another language's. */
function skipCellMagics(lines: readonly string[], removed: RemovedLine[]): number {
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (line.trim() === "") continue;
    const magic = /^%%(\w+)/.exec(line)?.[1];
    if (magic === undefined) return at;
    if (!TRANSPARENT_CELL_MAGICS.has(magic)) {
      removed.push(...lines.slice(at).map((text, index) => ({ line: at + index + 1, text })));
      return lines.length;
    }
    removed.push({ line: at + 1, text: line });
  }
  return lines.length;
}

function isMagicLine(line: string): boolean {
  return MAGIC_PATTERNS.some((pattern) => pattern.test(line)) || isShellLine(line);
}

function isShellLine(line: string): boolean {
  const match = SHELL_LINE.exec(line.trimEnd());
  if (match === null) return false;
  const rest = match.groups?.["rest"];
  return rest === undefined || !PYTHON_AFTER_NAME.test(rest);
}

/** A magic's line goes on, as Python's does, after a backslash at its end. */
function findMagicEnd(lines: readonly string[], start: number): number {
  let end = start;
  while (end + 1 < lines.length && endsWithBackslash(lines[end] as string)) end += 1;
  return end;
}

/** An indented magic may be all that its block has. */
function placeholder(line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return indent === "" ? "" : `${indent}pass`;
}
