// Options of the commands that run a notebook.

import { usageError } from "../errors.ts";
import { stateDirOption } from "./shared-options.ts";

export const variablesOption = {
  variables: { type: "boolean", help: "Also show which variables were passed from step to step, and which were lost" },
} as const;

export const sessionOption = {
  session: {
    type: "boolean",
    isOn: true,
    help: "Leave a session of more than 16 MiB in the storage instead of saving it next to the record",
  },
} as const;

export const upstreamMagicsOption = {
  "upstream-magics": {
    type: "boolean",
    help: "Omit all magics and send no cells: exactly the steps of upstream's compiler",
  },
} as const;

/** Which files the steps of a run find, and what becomes of those that they change. */
export const filesOptions = {
  files: {
    type: "string",
    multiple: true,
    value: "GLOB",
    help: "Copy only files that match, as in a .gitignore (default: the notebook's folder without what Git ignores)",
  },
  "no-files": { type: "boolean", help: "Start with an empty working directory" },
  "in-place": {
    type: "boolean",
    help: "After the run completes, write the files that its steps changed to the notebook's folder",
  },
} as const;

/** @returns null: all files that are not ignored. @throws UsageError `ERR_USAGE` */
export function readFilesChoice(options: { files: readonly string[]; "no-files": boolean }): readonly string[] | null {
  if (options["no-files"] && options.files.length > 0) {
    throw usageError("--files and --no-files contradict each other.", "Drop one of them.");
  }
  return options["no-files"] ? [] : options.files.length === 0 ? null : options.files;
}

/** What a command runs or compiles. */
export const SOURCE_POSITIONAL = {
  name: "PATH",
  help: "A notebook, a same.yaml, or a folder with one of them (default: here)",
  isOptional: true,
} as const;

export const recordDirOption = {
  "state-dir": {
    ...stateDirOption["state-dir"],
    help: "Folder for state and records (default: .same-kit next to the file)",
  },
} as const;

export const runOptions = {
  "same-env": {
    type: "string",
    value: "NAME",
    help: "Environment that selects the data sets (default: runtime_options.same_env, else default)",
    variable: "SAME_KIT_SAME_ENV",
  },
  timeout: {
    type: "string",
    value: "TIME",
    help: "Time limit of the run, such as 90s or 10m (default: none)",
    variable: "SAME_KIT_TIMEOUT",
  },
} as const;

/** Whether steps whose results are cached run again. */
export const cacheOptions = {
  cache: {
    type: "boolean",
    help: "Reuse cached results of unchanged steps (default: of those tagged cache=DURATION)",
  },
  "no-cache": { type: "boolean", help: "Run all steps, including those tagged cache=DURATION" },
  explain: { type: "boolean", help: "At the end, print for each step why it ran, or that it was cached" },
} as const;

/** @throws UsageError `ERR_USAGE` */
export function readCacheMode(options: { cache: boolean; "no-cache": boolean }): "all" | "tags" | "none" {
  if (options.cache && options["no-cache"])
    throw usageError("--cache and --no-cache contradict each other.", "Drop one of them.");
  return options.cache ? "all" : options["no-cache"] ? "none" : "tags";
}

/** Which steps of an earlier run are run again. */
export const continueOptions = {
  from: {
    type: "string",
    value: "STEP",
    help: "First step to run again, such as same_step_002 or 2 (default: what failed or changed)",
  },
  only: { type: "string", value: "STEP", help: "Run only this step, with the results of the steps before it" },
  explain: { type: "boolean", help: "Only print for each step whether it would run and why; nothing runs" },
} as const;

/** @throws UsageError `ERR_USAGE` */
export function readContinueOptions({
  from = null,
  only = null,
}: {
  from?: string | undefined | null;
  only?: string | undefined | null;
}): { from: string | null; only: string | null } {
  if (from === null || only === null) return { from, only };
  throw usageError("--from and --only contradict each other.", "Drop one of them.");
}
