import { OperationError } from "@same-kit/shared";

export type StateErrorCode =
  /** The state folder was written by a newer same-kit. */
  | "ERR_STATE_FORMAT"
  /** The state folder belongs to another user of the machine. */
  | "ERR_STATE_FOREIGN"
  /** The state folder is a link to a folder that does not exist. */
  | "ERR_STATE_LINK";

export class StateError extends OperationError<StateErrorCode> {}
