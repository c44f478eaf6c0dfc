/** The limits of the app, each an app setting. */
export type Limits = {
  /** `SAME_MAX_BODY_BYTES`, 100 MiB. */
  bodyBytes: number;
  /** `SAME_MAX_STEPS`, 1,000. */
  steps: number;
  /** `SAME_MAX_CODE_BYTES`, 4 MiB of code per step. */
  codeBytes: number;
  /** `SAME_MAX_REQUIREMENTS_BYTES`, 256 KiB. */
  requirementsBytes: number;
  /**
   * `SAME_STEP_TIMEOUT`, 30 min; given in seconds or as `hh:mm:ss`, or `none`. On a developer's machine the default is none: a step
   * that hangs costs nothing there, and Ctrl-C ends it.
   */
  stepTimeoutMs: number | null;
  /** `SAME_INLINE_SESSION_LIMIT`, 16 MiB: if the last session context is larger, the output names its blob instead of containing it. */
  inlineSessionBytes: number;
  /**
   * `SAME_MAX_SESSION_BYTES`: a step with a larger session fails. The default depends on the machine: see
   * {@link resolveLimits}.
   */
  sessionBytes: number;
  /**
   * `SAME_SERIALISATION_MEMORY_LIMIT`: a variable with a larger deep size is not passed to the next step. The default is
   * {@link UPSTREAM_VARIABLE_BYTES} for upstream's clients, which expect that, and the limit of a whole session for others (null). A
   * run's own same.yaml (`runtime_options.serialisation_memory_limit`) takes precedence.
   */
  variableBytes: number | null;
  /** `SAME_MAX_OUTPUT_BYTES`, 64 MiB: the output of a step's cells; the rest is omitted. */
  outputBytes: number;
  /** `SAME_MAX_FILES`, 10,000 files in a run's workspace. */
  files: number;
  /** `SAME_MAX_FILE_BYTES`, 100 MiB: one file that a client sends. */
  fileBytes: number;
  /** `SAME_MAX_WORKSPACE_BYTES`, 1 GiB, on a developer's machine 16 GiB: all files of a workspace. */
  workspaceBytes: number;
  /** `SAME_MAX_CACHE_BYTES`, 1 GiB, on a developer's machine 10 GiB: all results in the step cache. */
  cacheBytes: number;
  /** `SAME_CACHE_DAYS`, 30: how long a result is kept after it was stored. */
  cacheDays: number;
  /** `SAME_RUN_DAYS`, none: ended runs are removed at this age, with their files, outputs and sessions. */
  runDays: number | null;
};

const MiB = 1024 * 1024;
// The disk is the user's own.
const DEVELOPMENT_WORKSPACE_BYTES = 16 * 1024 * MiB;
const DEVELOPMENT_CACHE_BYTES = 10 * 1024 * MiB;

export const DEFAULT_LIMITS: Readonly<Limits> = {
  bodyBytes: 100 * MiB,
  steps: 1000,
  codeBytes: 4 * MiB,
  requirementsBytes: 256 * 1024,
  stepTimeoutMs: 30 * 60 * 1000,
  inlineSessionBytes: 16 * MiB,
  sessionBytes: 512 * MiB,
  variableBytes: null,
  outputBytes: 64 * MiB,
  files: 10_000,
  fileBytes: 100 * MiB,
  workspaceBytes: 1024 * MiB,
  cacheBytes: 1024 * MiB,
  cacheDays: 30,
  runDays: null,
};

/** As upstream documents it. */
export const UPSTREAM_VARIABLE_BYTES = 50_000_000;

/** Where the app runs. */
export type Machine = {
  memoryBytes: number;
  /** The size of the disk that holds the parts of sessions. */
  diskBytes: number;
};

/** How many characters from the end of each output stream the history keeps. The step's details contain all of them. */
export const OUTPUT_TAIL_CHARACTERS = 2 * 1024;

export const LIMIT_SETTINGS: Readonly<Record<keyof Limits, string>> = {
  bodyBytes: "SAME_MAX_BODY_BYTES",
  steps: "SAME_MAX_STEPS",
  codeBytes: "SAME_MAX_CODE_BYTES",
  requirementsBytes: "SAME_MAX_REQUIREMENTS_BYTES",
  stepTimeoutMs: "SAME_STEP_TIMEOUT",
  inlineSessionBytes: "SAME_INLINE_SESSION_LIMIT",
  sessionBytes: "SAME_MAX_SESSION_BYTES",
  variableBytes: "SAME_SERIALISATION_MEMORY_LIMIT",
  outputBytes: "SAME_MAX_OUTPUT_BYTES",
  files: "SAME_MAX_FILES",
  fileBytes: "SAME_MAX_FILE_BYTES",
  workspaceBytes: "SAME_MAX_WORKSPACE_BYTES",
  cacheBytes: "SAME_MAX_CACHE_BYTES",
  cacheDays: "SAME_CACHE_DAYS",
  runDays: "SAME_RUN_DAYS",
};

/**
 * @param machine - Determines how large a session may be without a setting: all of the memory on a developer's machine, because
 *   nothing larger can be computed there anyway; on a plan half of the memory and half of the disk, which the step and the app share.
 * @throws Error that names the setting whose value is not a whole number above zero (or a time, for the timeout).
 */
export function resolveLimits(env: NodeJS.ProcessEnv, machine?: Machine): Limits {
  const limits = { ...DEFAULT_LIMITS };
  const isDevelopment = env["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development";
  if (isDevelopment) {
    limits.stepTimeoutMs = null;
    limits.workspaceBytes = DEVELOPMENT_WORKSPACE_BYTES;
    limits.cacheBytes = DEVELOPMENT_CACHE_BYTES;
  }
  if (machine !== undefined) limits.sessionBytes = sessionBytesOf(machine, isDevelopment);
  for (const key of Object.keys(LIMIT_SETTINGS) as (keyof Limits)[]) {
    const text = env[LIMIT_SETTINGS[key]]?.trim();
    if (!text) continue;
    if (key === "stepTimeoutMs") limits.stepTimeoutMs = text === "none" ? null : parseDurationMs(text);
    else limits[key] = parseCount(LIMIT_SETTINGS[key], text);
  }
  return limits;
}

/** Rounded to whole MiB, so that it is the same after each start. */
function sessionBytesOf({ memoryBytes, diskBytes }: Machine, isDevelopment: boolean): number {
  const bytes = isDevelopment ? memoryBytes : Math.min(memoryBytes, diskBytes) / 2;
  return Math.max(1, Math.floor(bytes / MiB)) * MiB;
}

/** The maximum size of each of a step's variables, unless its same.yaml sets another one. */
export function variableBytesFor(
  { variableBytes, sessionBytes }: Pick<Limits, "variableBytes" | "sessionBytes">,
  isFromUpstream: boolean,
): number {
  return variableBytes ?? (isFromUpstream ? UPSTREAM_VARIABLE_BYTES : sessionBytes);
}

function parseCount(setting: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value === 0) {
    throw new Error(`The app setting ${setting} is "${text}". It must be a whole number above zero.`);
  }
  return value;
}

// Longer delays overflow setTimeout, which would then fire at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

function parseDurationMs(text: string): number {
  const clock = /^(\d+):([0-5]\d):([0-5]\d)$/.exec(text);
  const seconds = clock ? Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) : Number(text);
  const isNumber = clock !== null || /^\d+(\.\d+)?$/.test(text);
  if (!isNumber || seconds <= 0 || seconds * 1000 > MAX_TIMEOUT_MS) {
    throw new Error(
      `The app setting ${LIMIT_SETTINGS.stepTimeoutMs} is "${text}". It must be a number of seconds above zero or hh:mm:ss, at most 24 days, or none.`,
    );
  }
  return seconds * 1000;
}
