// Translates Jupyter's magics with a simple meaning to calls of `get_ipython()`, like IPython. The app's runner implements them without
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

// The magics that runner/same_runner/cells/magics.py implements.
const LINE_MAGICS = new Set("cd config env matplotlib pwd run set_env sx system time timeit".split(" "));
const CELL_MAGICS = new Set(
  "bash capture file html HTML javascript js latex markdown perl ruby script sh svg SVG time timeit writefile".split(
    " ",
  ),
);
/** They run the cell's Python code, which may contain magics. */
const AROUND_PYTHON = new Set(["capture", "time", "timeit"]);
/** They concern interactive use or the notebook's editor: omitting them changes nothing. */
const SILENT = new Set(["autoreload", "load_ext", "reload_ext"]);

type TranslatedCode = PlainCode & {
  /** The packages that the cell installs, as lines of a requirements.txt. */
  installs: readonly string[];
};

/** Translates one cell's source; magics without a translation are removed. */
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

/** @returns null for a magic that only matters in interactive use, or that is not supported. */
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

/** Commands that Jupyter accepts without a %: `cd data`, `ls -l`. */
function translateAutomagic(text: string): string | null {
  if (INSTALLER_LINE.test(text) || !SHELL_LINE.test(text.trimEnd())) return null;
  const folder = /^cd\s+(.*)$/.exec(text.trimEnd())?.[1];
  if (folder !== undefined) return `get_ipython().run_line_magic("cd", ${quote(folder)})`;
  return `get_ipython().system(${quote(text.trim())})`;
}

const isSilent = (text: string): boolean => SILENT.has(/^\s*%(\w+)/.exec(text)?.[1] ?? "");

/** JSON's escapes are also valid in Python. */
const quote = (text: string): string => JSON.stringify(text);
