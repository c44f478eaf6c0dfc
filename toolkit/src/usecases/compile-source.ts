import path from "node:path";
import { type CompiledNotebook, compileNotebook } from "../notebook/compile-notebook.ts";
import { inlineDatasets, listLocalDatasets } from "../notebook/datasets.ts";
import { findSource, type Source } from "./find-source.ts";
import { readBytes, readTextFile } from "./read-file.ts";

export type CompiledSource = CompiledNotebook & {
  folder: string;
  /** Which environment of the data sets the steps see. */
  sameEnv: string;
};

export type CompileOptions = {
  location: string;
  /** `--same-env`; null: `runtime_options.same_env`, else `default`. */
  sameEnv: string | null;
};

/** Reads everything that a run needs from disk, and turns it into the request that an app takes. */
export async function compileSource({ location, sameEnv }: CompileOptions): Promise<CompiledSource> {
  const source = await findSource(path.resolve(location));
  const chosen = sameEnv ?? source.config.runtime_options?.same_env ?? "default";
  const compiled = compileNotebook({
    notebook: source.notebook,
    config: source.config,
    configText: await readConfigText(source, chosen),
    requirements: await readRequirements(source),
  });
  return { ...compiled, folder: source.folder, sameEnv: chosen };
}

async function readConfigText({ folder, config, configText }: Source, sameEnv: string): Promise<string> {
  const contents = await Promise.all(
    listLocalDatasets(config, sameEnv).map(async (dataset) => ({
      dataset,
      content: await readBytes(path.resolve(folder, dataset.path), `the data set ${dataset.name}`),
    })),
  );
  return inlineDatasets(configText, config, contents);
}

async function readRequirements({ folder, config }: Source): Promise<string | null> {
  const { requirements } = config.notebook;
  if (requirements === undefined) return null;
  return readTextFile(path.resolve(folder, requirements), "which `notebook.requirements` names");
}
