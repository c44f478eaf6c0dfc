import { OperationError } from "../shared/errors.ts";

export type MiniAzureErrorCode =
  /** The state folder of a rehearsal was written by another version. */
  | "ERR_MINI_AZURE_STATE"
  /** A port that an earlier rehearsal used is taken by another program. */
  | "ERR_MINI_AZURE_PORT";

export class MiniAzureError extends OperationError<MiniAzureErrorCode> {}
