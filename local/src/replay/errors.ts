import { OperationError } from "@same-kit/shared";

export type ReplayErrorCode =
  /** A recorded history that cannot be read, or that lacks what a replay needs. */
  | "ERR_RECORDING"
  /** The storage has no such task hub, or it does not answer. */
  | "ERR_REPLAY_HUB";

export class ReplayError extends OperationError<ReplayErrorCode> {}
