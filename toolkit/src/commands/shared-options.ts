import path from "node:path";
import { UsageError } from "@same-kit/shared";
import { stateDirBelow } from "../config/state-dir.ts";
import type { ToolkitErrorCode } from "../errors.ts";

/** Options that several commands share. */
export const stateDirOption = {
  "state-dir": {
    type: "string",
    value: "DIR",
    help: "Folder for state and records (default: .same-kit in the current folder)",
    variable: "SAME_KIT_STATE_DIR",
  },
} as const;

export const jsonOption = { json: { type: "boolean", help: "Print one JSON document and nothing else" } } as const;

export const hostOptions = {
  port: { type: "string", value: "PORT", help: "Port of the host", variable: "SAME_KIT_PORT" },
  storage: {
    type: "string",
    value: "WHERE",
    help: "disk, memory, none, ports:BLOB,QUEUE,TABLE, docker[:IMAGE] or a connection string (default: disk)",
    variable: "SAME_KIT_STORAGE",
  },
  python: {
    type: "string",
    value: "PATH",
    help: "Python that runs the steps (default: an active environment, else the first that works)",
    variable: "SAME_KIT_PYTHON",
  },
  offline: {
    type: "boolean",
    help: "Create environments from local packages only; never use a package index",
    variable: "SAME_KIT_OFFLINE",
  },
  "allow-user": {
    type: "string",
    multiple: true,
    value: "USER",
    help: "Also serve this user of the machine, by name or number; all: everyone (default: you and root)",
    variable: "SAME_KIT_ALLOW_USER",
  },
} as const;

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

/** The absolute path of `--state-dir`; default: `.same-kit` in `cwd`. */
export function resolveStateDir(option: string | undefined, cwd: string): string {
  return option === undefined ? stateDirBelow(cwd) : path.resolve(cwd, option);
}

/** @throws UsageError `ERR_USAGE` */
export function parsePort(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port <= 65_535) return port;
  throw usage(`--port ${text} is not a valid port.`, "Ports are 0 to 65535; 0 takes any free one.");
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** For example `90`, `90s`, `10m` or `2h`; a bare number is seconds. @throws UsageError `ERR_USAGE` */
export function parseDuration(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  // Node fires longer timers at once.
  if (ms > 0 && ms < 2 ** 31) return ms;
  throw usage(`--timeout ${text} is not a valid duration.`, "Use a value such as 90s, 10m or 2h; at most 24 days.");
}

function usage(message: string, hint: string): UsageError<ToolkitErrorCode> {
  return new UsageError({ code: "ERR_USAGE", message, hint });
}

export const upstreamMagicsOption = {
  "upstream-magics": {
    type: "boolean",
    help: "Omit all magics and send no cells: exactly the steps of upstream's compiler",
  },
} as const;

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
    throw usage("--files and --no-files contradict each other.", "Drop one of them.");
  }
  return options["no-files"] ? [] : options.files.length === 0 ? null : options.files;
}

/** Options for an app that is selected by its address. */
export const appOptions = {
  "use-http": { type: "boolean", help: "http instead of https", variable: "FUNCTIONS_USE_HTTP" },
  key: { type: "string", value: "KEY", help: "The app's access key", variable: "SAME_KIT_ACCESS_KEY" },
} as const;

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
    throw usage("--cache and --no-cache contradict each other.", "Drop one of them.");
  return options.cache ? "all" : options["no-cache"] ? "none" : "tags";
}

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
  throw usage("--from and --only contradict each other.", "Drop one of them.");
}
