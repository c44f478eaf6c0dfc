// Jupyter's magics with a plain meaning, as calls of `get_ipython()`, as IPython translates them. The app's runner has them without
// IPython. Every line keeps its number.

import {
  findMagicEnd,
  INSTALLER_LINE,
  isMagicLine,
  type PlainCode,
  placeholder,
  type RemovedLine,
  removeLeadingIndent,
  SHELL_LINE,
  TARGETS,
} from "./magic-lines.ts";
import { INSTALLS } from "./magic-warnings.ts";
import { readPipInstall } from "./pip-lines.ts";
import { initialLexerState, isAtStatement, readPythonLine } from "./python-lines.ts";

// What runner/same_runner/cells/magics.py knows.
const LINE_MAGICS = new Set("cd config env matplotlib pwd run set_env sx system time timeit".split(" "));
const CELL_MAGICS = new Set(
  "bash capture file html HTML javascript js latex markdown perl ruby script sh svg SVG time timeit writefile".split(
    " ",
  ),
);
/** They run the cell's Python, which may have magics itself. */
const AROUND_PYTHON = new Set(["capture", "time", "timeit"]);
/** They concern people at a screen, or the notebook's editor: leaving them out changes nothing. */
const SILENT = new Set(["autoreload", "load_ext", "reload_ext"]);

export type TranslatedCode = PlainCode & {
  /** What the cell installs, as lines of a requirements.txt. */
  installs: readonly string[];
};

/** Translates one cell's source; what has no plain meaning is removed. */
export function translateMagics(source: string): TranslatedCode {
  const lines = removeLeadingIndent(source.split("\n"));
  const first = lines.findIndex((line) => line.trim() !== "");
  const [, name, rest = ""] = /^%%(\S+)[ \t]*(.*)$/.exec(lines[first] ?? "") ?? [];
  if (name !== undefined) return translateCell(lines, first, { name, rest });
  return translateLines(lines);
}

type CellMagic = { name: string; rest: string };

function translateCell(lines: readonly string[], first: number, { name, rest }: CellMagic): TranslatedCode {
  const after = lines.slice(first + 1);
  if (!CELL_MAGICS.has(name)) {
    const removed = lines.flatMap((text, index) => (text.trim() === "" ? [] : [{ line: index + 1, text }]));
    return { code: lines.map(() => "").join("\n"), removed, installs: [] };
  }
  const inner: TranslatedCode = AROUND_PYTHON.has(name)
    ? translateLines(after)
    : { code: after.join("\n"), removed: [], installs: [] };
  const call = `get_ipython().run_cell_magic(${quote(name)}, ${quote(rest)}, ${quote(`${inner.code}\n`)})`;
  const removed = inner.removed.map((it) => ({ ...it, line: it.line + first + 1 }));
  const code = [...lines.slice(0, first).map(() => ""), call, ...after.map(() => "")].join("\n");
  return { code, removed, installs: inner.installs };
}

function translateLines(lines: readonly string[]): TranslatedCode {
  const kept: string[] = [];
  const removed: RemovedLine[] = [];
  const installs: string[] = [];
  let state = initialLexerState;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string;
    if (!isAtStatement(state) || !isMagicLine(line)) {
      kept.push(line);
      state = readPythonLine(state, line);
      continue;
    }
    const end = findMagicEnd(lines, at);
    const whole = lines.slice(at, end + 1);
    const text = whole.map((part, index) => (index < whole.length - 1 ? part.slice(0, -1) : part)).join("");
    const requirements = readPipInstall(text);
    installs.push(...(requirements ?? []));
    const translated = requirements === null ? translateLine(text) : null;
    kept.push(translated ?? placeholder(line), ...whole.slice(1).map(() => ""));
    if (translated === null && requirements === null && !isSilent(text)) {
      removed.push(...whole.map((part, index) => ({ line: at + index + 1, text: part })));
    }
    at = end;
  }
  return { code: kept.join("\n"), removed, installs };
}

const LINE = new RegExp(
  String.raw`^(?<indent>\s*)(?<targets>${TARGETS})?(?:(?<shell>!{1,2})\s*(?<command>.*)|%(?<name>[A-Za-z_]\w*)[ \t]*(?<rest>.*))$`,
  "u",
);

/** @returns null for a magic that means something to a person at a screen only, or nothing here. */
function translateLine(text: string): string | null {
  const { indent = "", targets = "", shell, command = "", name, rest = "" } = LINE.exec(text)?.groups ?? {};
  if (INSTALLS.test(text)) return null;
  if (shell !== undefined) {
    const method = shell === "!!" || targets !== "" ? "getoutput" : "system";
    return `${indent}${targets}get_ipython().${method}(${quote(command)})`;
  }
  if (name !== undefined) {
    if (!LINE_MAGICS.has(name)) return null;
    return `${indent}${targets}get_ipython().run_line_magic(${quote(name)}, ${quote(rest)})`;
  }
  return translateAutomagic(text);
}

/** What Jupyter takes without a % too: `cd data`, `ls -l`. */
function translateAutomagic(text: string): string | null {
  if (INSTALLER_LINE.test(text) || !SHELL_LINE.test(text.trimEnd())) return null;
  const folder = /^cd\s+(.*)$/.exec(text.trimEnd())?.[1];
  if (folder !== undefined) return `get_ipython().run_line_magic("cd", ${quote(folder)})`;
  return `get_ipython().system(${quote(text.trim())})`;
}

const isSilent = (text: string): boolean => SILENT.has(/^\s*%(\w+)/.exec(text)?.[1] ?? "");

/** JSON's escapes are Python's too. */
const quote = (text: string): string => JSON.stringify(text);
