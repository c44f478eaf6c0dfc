import path from "node:path";
import { type CacheMode, withCacheWishes } from "../notebook/cache-wishes.ts";
import { parseCellTags } from "../notebook/cell-tags.ts";
import { type CompiledNotebook, compileNotebook } from "../notebook/compile-notebook.ts";
import { inlineDatasets, listLocalDatasets } from "../notebook/datasets.ts";
import { injectParameters } from "../notebook/inject-parameters.ts";
import {
  collectParameters,
  NO_PARAMETERS,
  type ParameterSources,
  parametersOfConfig,
  type RecordedParameters,
  toRecorded,
} from "../notebook/parameters.ts";
import { onLine } from "../notebook/same-config.ts";
import { toSourceNotebook } from "../results/source-notebook.ts";
import { findSource, type Source } from "./find-source.ts";
import { readBytes, readTextFile } from "./read-file.ts";

export type { ParameterSources } from "../notebook/parameters.ts";

export type CompiledSource = CompiledNotebook & {
  folder: string;
  /** Absolute; Jupyter would use it as the working directory. */
  notebookFolder: string;
  /** The notebook file, with the cell that sets parameters. */
  notebookText: string;
  /** The environment whose data sets the steps use. */
  sameEnv: string;
  /** The injected parameters. */
  parameters: RecordedParameters;
};

type CompileOptions = {
  location: string;
  /** `--same-env`; null: `runtime_options.same_env`, otherwise `default`. */
  sameEnv: string | null;
  /** In addition to those of same.yaml; or exactly those of an earlier run. */
  parameters?: ParameterSources | { recorded: RecordedParameters };
  /** `--upstream-magics`: exactly the steps of upstream's compiler. */
  upstreamMagics?: boolean;
  /** Which steps may be taken from the cache; default: those with a tag. */
  cache?: CacheMode;
};

/**
 * Reads everything that a run needs from disk, and converts it to a request for an app.
 *
 * @throws OperationError of {@link findSource} and {@link compileNotebook}, UsageError `ERR_PARAMETERS`.
 */
export async function compileSource(options: CompileOptions): Promise<CompiledSource> {
  const source = await findSource(path.resolve(options.location));
  const parameters = parametersFor(source, options.parameters ?? NO_PARAMETERS);
  const assignments = new Map(Object.entries(parameters).map(([name, { python }]) => [name, python]));
  const injected = injectParameters(source.notebook, assignments);
  const sameEnv = options.sameEnv ?? source.config.runtime_options?.same_env ?? "default";
  const compiled = compileNotebook({
    notebook: injected.notebook,
    config: source.config,
    configText: await readConfigText(source, sameEnv),
    requirements: await readRequirements(source),
    stepRequirements: await readStepRequirements(source),
    upstreamMagics: options.upstreamMagics ?? false,
  });
  const warnings = [...injected.warnings, ...compiled.warnings];
  const notebookText = toSourceNotebook(source.notebookText, injected.notebook.cells);
  const { folder, config } = source;
  const notebookFolder = path.dirname(path.resolve(folder, config.notebook.path));
  // Upstream's compiler does not send tags.
  const mode = options.cache ?? (options.upstreamMagics ? "none" : "tags");
  const wishes = { mode, notebook: config.notebook.name };
  const request = withCacheWishes(compiled.request, compiled.steps, wishes);
  return { ...compiled, request, warnings, folder, notebookFolder, notebookText, sameEnv, parameters };
}

function parametersFor(
  { config, configText }: Source,
  given: NonNullable<CompileOptions["parameters"]>,
): RecordedParameters {
  if ("recorded" in given) return given.recorded;
  // From the text if there is one, because it still distinguishes 1 from 1.0.
  const ofConfig = parametersOfConfig(configText ?? JSON.stringify(config));
  return toRecorded(collectParameters(ofConfig, given));
}

async function readConfigText({ folder, config, configText, lineOf }: Source, sameEnv: string): Promise<string> {
  const contents = await Promise.all(
    listLocalDatasets(config, sameEnv, lineOf).map(async (dataset) => ({
      dataset,
      content: await readBytes(
        path.resolve(folder, dataset.path),
        `the data set ${dataset.name}${onLine(dataset.line)}`,
      ),
    })),
  );
  return inlineDatasets(configText, config, contents);
}

async function readRequirements({ folder, config, lineOf }: Source): Promise<string | null> {
  const { requirements } = config.notebook;
  if (requirements === undefined) return null;
  const line = lineOf?.(["notebook", "requirements"]);
  return readTextFile(path.resolve(folder, requirements), `which \`notebook.requirements\`${onLine(line)} names`);
}

/** Reads the files that tags name; paths are relative to same.yaml, like `notebook.requirements`. */
async function readStepRequirements({ folder, notebook }: Source): Promise<ReadonlyMap<string, string>> {
  const files = notebook.cells.flatMap(({ number, tags }) => {
    const { requirements } = parseCellTags(tags);
    // An empty name is a mistake that is reported together with those of the other tags.
    return requirements === null || requirements.trim() === "" ? [] : [{ number, requirements }];
  });
  const texts = new Map<string, string>();
  for (const { number, requirements } of files) {
    const file = path.resolve(folder, requirements);
    texts.set(requirements, await readTextFile(file, `which a tag of cell ${number} names`));
  }
  return texts;
}
