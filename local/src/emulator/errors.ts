import { OperationError } from "@same-kit/shared";

export type EmulatorErrorCode =
  /** The `--storage` value is not valid. */
  | "ERR_STORAGE_CHOICE"
  /** The storage account that a connection string names does not answer. */
  | "ERR_STORAGE_UNREACHABLE"
  /** The storage has no task hub of that name. */
  | "ERR_HUB_NOT_FOUND"
  /** A host is working on the task hub that is to be deleted. */
  | "ERR_HUB_IN_USE"
  /** A background host exited, or did not respond, before it was ready. */
  | "ERR_DETACHED_START";

export class EmulatorError extends OperationError<EmulatorErrorCode> {}
