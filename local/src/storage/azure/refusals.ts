import { StorageError } from "../storage-errors.ts";

/** The SDKs' error for an unsuccessful response; each puts the code in a different place. */
type SdkError = Error & {
  statusCode?: unknown;
  code?: unknown;
  details?: { errorCode?: unknown; message?: unknown; odataError?: { code?: unknown; message?: { value?: unknown } } };
};

/** Awaits a call of an SDK; an error response rejects with a {@link StorageError}. */
export async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw toStorageError(error as SdkError);
  }
}

/**
 * Converts an SDK's error response to a {@link StorageError}; other errors, such as a lost connection, are returned
 * unchanged.
 */
export function toStorageError(error: SdkError): Error {
  const { statusCode, code, details } = error;
  if (typeof statusCode !== "number") return error;
  const named = [details?.odataError?.code, details?.errorCode, code].find((it) => typeof it === "string");
  // For a response without a body, the SDKs' own message has no details.
  const message = reasonIn(error) || `HTTP ${statusCode} ${named ?? ""}`.trim();
  return new StorageError(statusCode, String(named ?? ""), message, { cause: error });
}

/** Omits the lines that identify the request, so that repeated errors have the same reason. */
function reasonIn({ message, details }: SdkError): string {
  const told = details?.odataError?.message?.value ?? details?.message;
  return (typeof told === "string" ? told : message).replace(/(\r?\n(RequestId|Time):[^\r\n]*)+\s*$/, "");
}
