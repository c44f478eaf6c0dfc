import { OperationError } from "@same-kit/shared";

export type ReplayErrorCode =
  /** A recorded history cannot be parsed, or lacks what a replay needs. */
  | "ERR_RECORDING"
  /** The storage has no such task hub, or does not respond. */
  | "ERR_REPLAY_HUB";

/** A history that cannot be replayed; exit code 1. */
export class ReplayError extends OperationError<ReplayErrorCode> {}
