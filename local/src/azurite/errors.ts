import { OperationError } from "@same-kit/shared";

export type AzuriteErrorCode =
  /** Azurite exited or did not respond during start-up. */
  | "ERR_AZURITE_NOT_READY"
  /** A requested port is in use by something other than the matching Azurite service. */
  | "ERR_AZURITE_PORT_IN_USE"
  /** The disk is full, so Azurite cannot save its data. */
  | "ERR_AZURITE_DISK_FULL"
  /** One of Azurite's data files cannot be read. */
  | "ERR_AZURITE_DATA_DAMAGED"
  /** Azurite exited while it was in use. */
  | "ERR_AZURITE_LOST"
  /** The Azurite of the state folder runs on ports other than the requested ones. */
  | "ERR_AZURITE_RUNS_ELSEWHERE"
  /** Docker, or the container, did not start. */
  | "ERR_AZURITE_CONTAINER";

/** A problem with Azurite or its container; exit code 1. */
export class AzuriteError extends OperationError<AzuriteErrorCode> {}
