// `%pip install`, and its equivalents as a command, become requirements: a step's packages are installed before its code runs.

import { WITH_OWN_PACKAGES } from "@same-kit/functions-app/contract";

const PIP_COMMAND =
  /^(?:[%!]{0,2}\s*)?(?:(?:\{sys\.executable\}|\$\{?sys\.executable\}?|python[\d.]*)\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+(?:-\S+\s+)*install\s+(?<rest>.*)$/;

const IGNORED = new Set([
  "-q",
  "-qq",
  "-qqq",
  "--quiet",
  "-U",
  "--upgrade",
  "--user",
  "--no-cache-dir",
  "--disable-pip-version-check",
  "--force-reinstall",
  "--break-system-packages",
  "--no-warn-script-location",
]);
const LINES_OF_A_FILE = new Set(["-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--pre"]);

/**
 * The lines of a requirements.txt that are equivalent to the command.
 *
 * @returns null if it is not such a command, or if its meaning is only known at run time: with a variable, a file, or an unknown option.
 */
export function readPipInstall(text: string): string[] | null {
  const rest = PIP_COMMAND.exec(text.trim())?.groups?.["rest"]?.replace(/\s#.*$/, "");
  if (rest === undefined || /[{}$`|&;<>]\s*\w*$|[{}$`|&;]/.test(rest.replaceAll(/"[^"]*"|'[^']*'/g, ""))) return null;
  const words = (rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  const lines: string[] = [];
  while (words.length > 0) {
    const word = words.shift() as string;
    if (IGNORED.has(word)) continue;
    if (LINES_OF_A_FILE.has(word)) lines.push(word === "--pre" ? word : `${word} ${words.shift() ?? ""}`);
    else if (word.startsWith("-")) return null;
    else lines.push(word);
  }
  return lines;
}

/**
 * @param requirements - The notebook's own file; null if there is none.
 * @param installed - The packages that its cells install.
 */
export function mergeRequirements(requirements: string | null, installed: readonly string[]): string | null {
  if (installed.length === 0) return requirements;
  if (requirements === null) return `${[WITH_OWN_PACKAGES, ...installed].join("\n")}\n`;
  const known = new Set(requirements.split(/\r?\n/).map(packageName));
  const added = installed.filter((line) => line.startsWith("-") || !known.has(packageName(line)));
  return added.length === 0 ? requirements : `${requirements.trimEnd()}\n${added.join("\n")}\n`;
}

/** The form in which a package index compares names. */
const packageName = (line: string): string =>
  (/^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line.trim())?.[0] ?? line).toLowerCase().replaceAll(/[-_.]+/g, "-");
