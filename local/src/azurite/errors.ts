import { OperationError } from "@same-kit/shared";

export type AzuriteErrorCode =
  /** Azurite ended or stayed silent while it started. */
  | "ERR_AZURITE_NOT_READY"
  /** A wanted port belongs to something that is not Azurite's service for it. */
  | "ERR_AZURITE_PORT_IN_USE"
  /** The disk has no room for what Azurite saves. */
  | "ERR_AZURITE_DISK_FULL"
  /** A file of Azurite's data cannot be read. */
  | "ERR_AZURITE_DATA_DAMAGED"
  /** Azurite went away while it was in use. */
  | "ERR_AZURITE_LOST"
  /** The state folder's Azurite runs on other ports than the wanted ones. */
  | "ERR_AZURITE_RUNS_ELSEWHERE"
  /** Docker, or the container in it, did not start. */
  | "ERR_AZURITE_CONTAINER";

export class AzuriteError extends OperationError<AzuriteErrorCode> {}
