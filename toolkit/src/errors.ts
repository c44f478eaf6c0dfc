import { type Hint, UsageError } from "@same-kit/shared";

/** Every code of a toolkit error that is not a deployment's (those are in `deployment/failure-cases.ts`); codes are permanent. */
export type ToolkitErrorCode =
  /** An unknown command, option or positional, or an invalid value. */
  | "ERR_USAGE"
  /** The path given to `compile` or `local run` does not exist. */
  | "ERR_SOURCE_NOT_FOUND"
  /** A folder or notebook has no configuration, or an ambiguous one. */
  | "ERR_CONFIG_NOT_FOUND"
  /** same.yaml (or a notebook's `same_config`) is malformed. */
  | "ERR_CONFIG_INVALID"
  /** A parameter that cannot be passed to a notebook, or a file of parameters that cannot be read. */
  | "ERR_PARAMETERS"
  /** `init` would overwrite a same.yaml. */
  | "ERR_CONFIG_EXISTS"
  /** A file with a recorded history cannot be read. */
  | "ERR_RECORDING_FILE"
  /** The notebook is not nbformat 4. */
  | "ERR_NOTEBOOK_INVALID"
  /** Tags contradict each other, or name something that does not exist. */
  | "ERR_NOTEBOOK_TAGS"
  /** A file that same.yaml names is missing. */
  | "ERR_FILE_MISSING"
  /** A file that a run needs is a folder, a device, too large, or not text. */
  | "ERR_FILE_UNUSABLE"
  /** The notebook's folder has more files than a run's workspace may. */
  | "ERR_FILES_TOO_LARGE"
  /** The compiled request is larger than an app accepts. */
  | "ERR_REQUEST_TOO_LARGE"
  /** The app does not respond. */
  | "ERR_APP_UNREACHABLE"
  /** The app's answer was not an accepted run. */
  | "ERR_APP_REFUSED"
  /** The app refused the access key. */
  | "ERR_APP_UNAUTHORIZED"
  /** The app's answer violates the contract. */
  | "ERR_APP_ANSWER"
  /** The run failed. */
  | "ERR_RUN_FAILED"
  /** The run was terminated from outside. */
  | "ERR_RUN_TERMINATED"
  /** `--timeout` passed; the run was terminated. */
  | "ERR_RUN_TIMEOUT"
  /** The storage lost the run, twice. */
  | "ERR_RUN_LOST"
  /** The run has no record, or cannot be continued. */
  | "ERR_RUN_UNKNOWN"
  /** A continued run would have no step to run. */
  | "ERR_RUN_UNCHANGED"
  /** No host is running. */
  | "ERR_NO_HOST"
  /** A command would remove data that active runs need. */
  | "ERR_HOST_RUNNING"
  /** The smoke test's result is not the expected one. */
  | "ERR_SMOKE_TEST"
  /** A confirmation is needed: no terminal and no `--yes`. */
  | "ERR_CONFIRMATION_NEEDED"
  /** The operating system refused: permissions, a read-only or full disk. */
  | "ERR_SYSTEM"
  /** same-kit.yaml contains something invalid. */
  | "ERR_CONFIG_FILE"
  /** `func start` was called in a folder without host.json. */
  | "ERR_FUNC_NO_APP"
  /** A command of func that same-kit does not support. */
  | "ERR_FUNC_UNSUPPORTED"
  /** Another func exists where a shim is to be written. */
  | "ERR_FUNC_SHIM"
  /** `doctor` found something that prevents `local run`. */
  | "ERR_DOCTOR";

/** A call that cannot be carried out as it was made. */
export function usageError(message: string, hint?: Hint): UsageError<ToolkitErrorCode> {
  return new UsageError({ code: "ERR_USAGE", message, ...(hint === undefined ? {} : { hint }) });
}
