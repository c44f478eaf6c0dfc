import { OperationError } from "../shared/errors.ts";

export type StateErrorCode =
  /** The state folder was written by a newer same-kit. */
  | "ERR_STATE_FORMAT"
  /** Another process holds a lock for too long. */
  | "ERR_STATE_LOCKED";

export class StateError extends OperationError<StateErrorCode> {}
