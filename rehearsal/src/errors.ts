import { OperationError } from "@same-kit/shared";

type MiniAzureErrorCode =
  /** The state folder of a rehearsal was written by an incompatible version. */
  "ERR_MINI_AZURE_STATE";

/** A problem with the state of a rehearsal; exit code 1. */
export class MiniAzureError extends OperationError<MiniAzureErrorCode> {}
