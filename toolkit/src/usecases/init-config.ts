import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { hint, sameKit, UsageError } from "@same-kit/shared";
import { stringify } from "yaml";
import type { ToolkitErrorCode } from "../errors.ts";
import type { SameConfig } from "../notebook/same-config.ts";
import { CONFIG_NAMES, findPlainSource } from "./find-source.ts";

const REQUIREMENTS = "requirements.txt";

type InitResult = { file: string; notebook: string };

/**
 * Writes the same.yaml of a notebook next to it: the defaults of a run without one, or the notebook's own `same_config`.
 *
 * @param location - A notebook, or a folder with one.
 * @throws UsageError `ERR_CONFIG_EXISTS`, OperationError of `findSource`.
 */
export async function initConfig(location: string): Promise<InitResult> {
  const { folder, config } = await findPlainSource(location);
  for (const name of CONFIG_NAMES) if (await exists(path.join(folder, name))) throw existsAlready(folder, name);
  const file = path.join(folder, CONFIG_NAMES[0]);
  const text = stringify(await withPaths(config, folder));
  // A file that was created meanwhile is not overwritten.
  await writeFile(file, text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? existsAlready(folder, CONFIG_NAMES[0]) : error;
  });
  return { file, notebook: path.join(folder, config.notebook.path) };
}

/** In the usual order of keys, with the requirements file that was found there. */
async function withPaths({ notebook, ...config }: SameConfig, folder: string): Promise<SameConfig> {
  const { apiVersion, metadata, ...rest } = config;
  const isFound = notebook.requirements === undefined && (await exists(path.join(folder, REQUIREMENTS)));
  const found = isFound ? { requirements: `./${REQUIREMENTS}` } : {};
  return { apiVersion, metadata, notebook: { ...notebook, path: `./${notebook.path}`, ...found }, ...rest };
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

function existsAlready(folder: string, name: string): UsageError<ToolkitErrorCode> {
  return new UsageError({
    code: "ERR_CONFIG_EXISTS",
    message: `${path.join(folder, name)} already exists; nothing was written.`,
    hint: hint`${sameKit("compile", folder)} checks it; docs/same-yaml.md lists every key.`,
  });
}
