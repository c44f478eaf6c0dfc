import { OperationError } from "@same-kit/shared";

export type StateErrorCode =
  /** The state folder was written by a newer same-kit. */
  "ERR_STATE_FORMAT";

export class StateError extends OperationError<StateErrorCode> {}
