import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ToolkitErrorCode } from "../errors.ts";

const CONFIG_FILE = "same-kit.yaml";
const CONFIG_VARIABLE = "SAME_KIT_CONFIG";

/**
 * The settings that the file may contain: options that have a variable, by name. Excluded are keys, programs, and users that
 * may connect, because the file is shared together with the notebooks.
 */
export const FILE_SETTINGS = [
  ...["state-dir", "port", "storage", "python", "same-env", "timeout"],
  ...["env", "project", "location", "hosting", "subscription", "publisher"],
  ...["with", "provider-mirror", "python-archive", "python-mirror", "offline"],
] as const;

/** Relative to the file that sets them. */
const PATHS: readonly string[] = ["state-dir", "python-archive"];

/** For example `SAME_KIT_STATE_DIR` for `state-dir`. */
export const variableOf = (setting: string): string => `SAME_KIT_${setting.toUpperCase().replaceAll("-", "_")}`;

/** All problems of the file. A separate class, so that a command that only prints loads nothing else. */
class ConfigFileError extends Error {
  readonly code: ToolkitErrorCode = "ERR_CONFIG_FILE";
  readonly exitCode = 2;
  readonly hint = `It may contain: ${FILE_SETTINGS.join(", ")}.`;

  constructor(file: string, mistakes: readonly string[]) {
    super(`${file} cannot be used: ${mistakes.join("; ")}.`);
    this.name = "ConfigFileError";
  }
}

/** The settings of a file, by the variable that each one replaces. */
export type FileSettings = { file: string; values: ReadonlyMap<string, string> };

/**
 * The file that `SAME_KIT_CONFIG` names, otherwise the first `same-kit.yaml` in the current folder or above.
 *
 * @returns null if there is none.
 * @throws ConfigFileError with all mistakes at once.
 */
export async function loadConfigFile(cwd: string, env: NodeJS.ProcessEnv): Promise<FileSettings | null> {
  const named = env[CONFIG_VARIABLE];
  const file = named ? path.resolve(cwd, named) : findAbove(cwd);
  if (file === null) return null;
  if (!existsSync(file)) throw new ConfigFileError(file, [`it does not exist, and ${CONFIG_VARIABLE} names it`]);
  const { readYaml } = await import("./read-yaml.ts");
  let content: unknown;
  try {
    content = readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigFileError(file, [`it cannot be read: ${(error as Error).message.split("\n")[0]}`]);
  }
  return readSettings(file, content ?? {});
}

/** The value of a variable, otherwise of the file, and its origin; null if neither is set. An empty variable counts as unset. */
export function lookUp(
  variable: string,
  env: NodeJS.ProcessEnv,
  settings: FileSettings | null,
): { text: string; origin: string } | null {
  const text = env[variable];
  if (text !== undefined) return text === "" ? null : { text, origin: variable };
  const inFile = settings?.values.get(variable);
  return inFile === undefined ? null : { text: inFile, origin: (settings as FileSettings).file };
}

/** For example `port 7072, from SAME_KIT_PORT`; a value that contains a key is omitted. */
export function describeSetting(name: string, { text, origin }: { text: string; origin: string }): string {
  const isSecret = /^(key|host-name)$/.test(name) || /AccountKey=/i.test(text);
  return `${name} ${isSecret ? "…" : text}, from ${origin}`;
}

function findAbove(cwd: string): string | null {
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const file = path.join(folder, CONFIG_FILE);
    if (existsSync(file)) return file;
    if (path.dirname(folder) === folder) return null;
  }
}

function readSettings(file: string, content: unknown): FileSettings {
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new ConfigFileError(file, ["it is not a list of `name: value` lines"]);
  }
  const values = new Map<string, string>();
  const mistakes: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    const isScalar = ["string", "number", "boolean"].includes(typeof value) && value !== "";
    const text = PATHS.includes(key) ? path.resolve(path.dirname(file), String(value)) : String(value);
    if (!FILE_SETTINGS.some((it) => it === key)) mistakes.push(`there is no setting "${key}"`);
    else if (!isScalar) mistakes.push(`"${key}" has no single value`);
    else values.set(variableOf(key), text);
  }
  if (mistakes.length > 0) throw new ConfigFileError(file, mistakes);
  return { file, values };
}
