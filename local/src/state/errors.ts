import { OperationError } from "@same-kit/shared";

export type StateErrorCode =
  /** The state folder was written by a newer same-kit. */
  | "ERR_STATE_FORMAT"
  /** Another process holds a lock for too long. */
  | "ERR_STATE_LOCKED";

export class StateError extends OperationError<StateErrorCode> {}

/** Another process holds a lock. */
export class LockedError extends StateError {
  /** Unknown where the file could not be read. */
  readonly holderPid: number | undefined;

  constructor(file: string, holderPid: number | undefined) {
    super({
      code: "ERR_STATE_LOCKED",
      message: `${file} has been held by process ${holderPid ?? "unknown"} for too long.`,
      hint: "Wait for that process to finish, or end it, and try again.",
    });
    this.holderPid = holderPid;
  }
}
