import { OperationError } from "@same-kit/shared";

export type HostErrorCode =
  /** Something else listens on the wanted port. */
  | "ERR_PORT_IN_USE"
  /** The wanted port cannot be opened for another reason. */
  | "ERR_PORT_UNAVAILABLE"
  /** The folder holds no Functions app. */
  | "ERR_APP_NOT_FOUND"
  /** host.json is missing its version, or is no JSON, or has a value of the wrong kind. */
  | "ERR_HOST_JSON"
  /** local.settings.json holds encrypted values. */
  | "ERR_LOCAL_SETTINGS"
  /** The app's own code failed while it loaded, or one of its routes is impossible. */
  | "ERR_APP_START"
  /** The worker process ended too often. */
  | "ERR_WORKER_CRASHED";

export class HostError extends OperationError<HostErrorCode> {}
