import { readdirSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { hint, OperationError, sameKit } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import { type Notebook, parseNotebook } from "../notebook/notebook-file.ts";
import {
  defaultConfig,
  type LineOf,
  parseEmbeddedConfig,
  parseSameConfig,
  type SameConfig,
} from "../notebook/same-config.ts";
import { parseYaml } from "../notebook/yaml-file.ts";
import { readTextFile } from "./read-file.ts";

/** What the user wants to run: a configuration and its notebook. */
export type Source = {
  /** The folder to which relative paths in the configuration refer; `.same-kit/` is inside it. */
  folder: string;
  config: SameConfig;
  /** The YAML as written; null if there is no file: the configuration is part of the notebook, or a default. */
  configText: string | null;
  /** Finds lines of that file. */
  lineOf: LineOf;
  notebook: Notebook;
  /** The unchanged content of its file. */
  notebookText: string;
};

/** The names of a configuration in a folder; `init` writes the first one. */
export const CONFIG_NAMES = ["same.yaml", "same.yml"] as const;

/**
 * @param location - A same.yaml, a notebook, or a folder with one of them. The configuration of a notebook is the `same_config` in
 * its metadata, otherwise a same.yaml next to it that names it, otherwise a default.
 * @throws OperationError `ERR_SOURCE_NOT_FOUND`, `ERR_CONFIG_…`, `ERR_NOTEBOOK_INVALID`, `ERR_FILE_MISSING`.
 */
export async function findSource(location: string): Promise<Source> {
  const kind = kindOf(location);
  if (kind === null) throw notFound(location);
  if (kind.isDirectory()) return findInFolder(location);
  return location.endsWith(".ipynb") ? readNotebookSource(location) : readConfigSource(location);
}

function kindOf(location: string): Stats | null {
  try {
    return statSync(location);
  } catch {
    return null;
  }
}

async function findInFolder(folder: string): Promise<Source> {
  const names = readdirSync(folder);
  const config = CONFIG_NAMES.find((name) => names.includes(name));
  if (config !== undefined) return readConfigSource(path.join(folder, config));
  return readNotebookSource(await findNotebook(folder, names));
}

/** A notebook on its own: its configuration is its `same_config`, or a default. @throws like {@link findSource}. */
export async function findPlainSource(location: string): Promise<Source> {
  const kind = kindOf(location);
  if (kind === null) throw notFound(location);
  const file = kind.isDirectory() ? await findNotebook(location, readdirSync(location)) : location;
  return readPlainSource(file);
}

/** The only notebook, or the only one with an embedded configuration. */
async function findNotebook(folder: string, names: readonly string[]): Promise<string> {
  const notebooks = names.filter((name) => name.endsWith(".ipynb")).sort();
  const [only, ...others] = notebooks;
  if (only !== undefined && others.length === 0) return path.join(folder, only);
  const meant: string[] = [];
  for (const name of notebooks) if (await hasEmbeddedConfig(path.join(folder, name))) meant.push(name);
  const [first, ...more] = meant;
  if (first !== undefined && more.length === 0) return path.join(folder, first);
  throw ambiguous(folder, meant.length > 0 ? meant : notebooks);
}

/** A notebook that cannot be read counts as one without metadata. */
async function hasEmbeddedConfig(file: string): Promise<boolean> {
  const read = async () => embeddedConfig(parseNotebook(await readTextFile(file, "a notebook"), file)) !== undefined;
  return read().catch(() => false);
}

async function readConfigSource(file: string): Promise<Source> {
  const configText = await readTextFile(file, "the configuration");
  const { value, lineOf } = parseYaml(configText, file);
  const config = parseSameConfig(value, file, lineOf);
  const folder = path.dirname(file);
  const notebookFile = path.resolve(folder, config.notebook.path);
  const content = await readTextFile(
    notebookFile,
    `the notebook that line ${lineOf(["notebook", "path"])} of ${file} names`,
  );
  const notebook = parseNotebook(content, notebookFile);
  return { folder, config, configText, lineOf, notebook, notebookText: content };
}

async function readNotebookSource(file: string): Promise<Source> {
  const source = await readPlainSource(file);
  if (embeddedConfig(source.notebook) !== undefined) return source;
  return (await findConfigBeside(file)) ?? source;
}

async function readPlainSource(file: string): Promise<Source> {
  const notebookText = await readTextFile(file, "the notebook");
  const notebook = parseNotebook(notebookText, file);
  const embedded = embeddedConfig(notebook);
  const own = { name: path.basename(file, ".ipynb"), path: path.basename(file) };
  const config =
    embedded === undefined ? defaultConfig(own) : parseEmbeddedConfig(embedded, `same_config in ${file}`, own);
  return { folder: path.dirname(file), config, configText: null, lineOf: null, notebook, notebookText };
}

const embeddedConfig = (notebook: Notebook): unknown => notebook.metadata["same_config"];

/** @returns null if no same.yaml next to a notebook names it. */
async function findConfigBeside(file: string): Promise<Source | null> {
  const folder = path.dirname(file);
  for (const name of CONFIG_NAMES) {
    const configFile = path.join(folder, name);
    if (kindOf(configFile) === null) continue;
    const source = await readConfigSource(configFile);
    if (path.resolve(folder, source.config.notebook.path) === path.resolve(file)) return source;
  }
  return null;
}

function notFound(location: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_SOURCE_NOT_FOUND",
    message: `${location} does not exist.`,
    hint: "Specify a same.yaml, a notebook, or a folder that contains one.",
  });
}

function ambiguous(folder: string, notebooks: readonly string[]): OperationError<ToolkitErrorCode> {
  const several = notebooks.length > 0;
  return new OperationError({
    code: "ERR_CONFIG_NOT_FOUND",
    message: several
      ? `${folder} contains several notebooks, and no same.yaml that names one of them: ${notebooks.join(", ")}.`
      : `${folder} contains neither a same.yaml nor a notebook.`,
    hint: several
      ? hint`Specify which one to run; ${sameKit("init", "NOTEBOOK")} writes a same.yaml for it.`
      : "Name a notebook, or a folder that contains one.",
  });
}
