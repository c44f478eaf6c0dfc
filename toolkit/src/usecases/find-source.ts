import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import { type Notebook, parseNotebook } from "../notebook/notebook-file.ts";
import { parseEmbeddedConfig, parseSameConfig, type SameConfig } from "../notebook/same-config.ts";
import { parseYaml } from "../notebook/yaml-file.ts";
import { readTextFile } from "./read-file.ts";

/** What the user wants to run: a configuration and its notebook. */
export type Source = {
  /** What relative paths in the configuration are relative to; `.same-kit/` lies in it. */
  folder: string;
  config: SameConfig;
  /** The YAML as written; null where the configuration is part of the notebook. */
  configText: string | null;
  notebook: Notebook;
};

const CONFIG_NAMES = ["same.yaml", "same.yml"];

/**
 * @param location - A same.yaml, a notebook with `same_config` metadata, or a folder with one of them.
 * @throws OperationError `ERR_SOURCE_NOT_FOUND`, `ERR_CONFIG_…`, `ERR_NOTEBOOK_INVALID`, `ERR_FILE_MISSING`.
 */
export async function findSource(location: string): Promise<Source> {
  const kind = await stat(location).catch(() => null);
  if (kind === null) throw notFound(location);
  if (kind.isDirectory()) return findInFolder(location);
  return location.endsWith(".ipynb") ? readNotebookSource(location) : readConfigSource(location);
}

async function findInFolder(folder: string): Promise<Source> {
  const names = await readdir(folder);
  const config = CONFIG_NAMES.find((name) => names.includes(name));
  if (config !== undefined) return readConfigSource(path.join(folder, config));
  const candidates: string[] = [];
  const unreadable: unknown[] = [];
  for (const name of names.filter((it) => it.endsWith(".ipynb")).sort()) {
    const file = path.join(folder, name);
    const isMeant = await hasEmbeddedConfig(file).catch((error: unknown) => void unreadable.push(error));
    if (isMeant === true) candidates.push(file);
  }
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return readNotebookSource(only);
  // Any of them could have been the one.
  if (candidates.length === 0 && unreadable.length > 0) throw unreadable[0];
  throw noConfig(folder, candidates);
}

async function hasEmbeddedConfig(file: string): Promise<boolean> {
  return embeddedConfig(parseNotebook(await readTextFile(file, "a notebook"), file)) !== undefined;
}

async function readConfigSource(file: string): Promise<Source> {
  const configText = await readTextFile(file, "the configuration");
  const config = parseSameConfig(parseYaml(configText, file), file);
  const folder = path.dirname(file);
  const notebookFile = path.resolve(folder, config.notebook.path);
  const content = await readTextFile(notebookFile, `the notebook that ${file} names`);
  return { folder, config, configText, notebook: parseNotebook(content, notebookFile) };
}

/** A notebook without a configuration of its own is the one that a same.yaml beside it describes. */
async function readNotebookSource(file: string): Promise<Source> {
  const folder = path.dirname(file);
  const notebook = parseNotebook(await readTextFile(file, "the notebook"), file);
  const embedded = embeddedConfig(notebook);
  if (embedded === undefined) return findConfigBeside(file);
  const own = { name: path.basename(file, ".ipynb"), path: path.basename(file) };
  return { folder, config: parseEmbeddedConfig(embedded, `same_config in ${file}`, own), configText: null, notebook };
}

const embeddedConfig = (notebook: Notebook): unknown => notebook.metadata["same_config"];

async function findConfigBeside(file: string): Promise<Source> {
  const folder = path.dirname(file);
  for (const name of CONFIG_NAMES) {
    const configFile = path.join(folder, name);
    if ((await stat(configFile).catch(() => null)) === null) continue;
    const source = await readConfigSource(configFile);
    if (path.resolve(folder, source.config.notebook.path) === path.resolve(file)) return source;
  }
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_CONFIG_NOT_FOUND",
    message: `${file} has no same_config in its metadata, and no same.yaml beside it names it.`,
    hint: "Write a same.yaml with apiVersion, metadata (name, version) and notebook (name, path) beside it.",
  });
}

function notFound(location: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_SOURCE_NOT_FOUND",
    message: `${location} does not exist.`,
    hint: "Name a same.yaml, a notebook with same_config metadata, or a folder that holds one of them.",
  });
}

function noConfig(folder: string, candidates: readonly string[]): OperationError<ToolkitErrorCode> {
  const several = candidates.length > 1;
  return new OperationError({
    code: "ERR_CONFIG_NOT_FOUND",
    message: several
      ? `${folder} holds several notebooks with same_config metadata: ${candidates.map((file) => path.basename(file)).join(", ")}.`
      : `${folder} holds no same.yaml and no notebook with same_config metadata.`,
    hint: several ? "Name the one to run." : "Name a folder or file that does, or write a same.yaml there.",
  });
}
