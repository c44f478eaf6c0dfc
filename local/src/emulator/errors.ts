import { OperationError } from "@same-kit/shared";

export type EmulatorErrorCode =
  /** The storage was chosen by a text that means nothing. */
  | "ERR_STORAGE_CHOICE"
  /** The storage account that a connection string names does not answer. */
  | "ERR_STORAGE_UNREACHABLE"
  /** The storage has no task hub of that name. */
  | "ERR_HUB_NOT_FOUND"
  /** A task hub is to be removed that a host works on. */
  | "ERR_HUB_IN_USE"
  /** A host in the background ended, or was silent, before it was ready. */
  | "ERR_DETACHED_START";

export class EmulatorError extends OperationError<EmulatorErrorCode> {}
