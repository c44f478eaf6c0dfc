import { StorageError } from "../storage-errors.ts";

/** What the SDKs throw for an answer that is not success: each says the code in another place. */
type SdkError = Error & {
  statusCode?: unknown;
  code?: unknown;
  details?: { errorCode?: unknown; message?: unknown; odataError?: { code?: unknown; message?: { value?: unknown } } };
};

/** Runs a call of an SDK; what the service refused rejects with a {@link StorageError}. */
export async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw toStorageError(error as SdkError);
  }
}

export function toStorageError(error: SdkError): Error {
  const { statusCode, code, details } = error;
  if (typeof statusCode !== "number") return error;
  const named = [details?.odataError?.code, details?.errorCode, code].find((it) => typeof it === "string");
  // For an answer without a body, the SDKs' own message has no details.
  const message = reasonIn(error) || `HTTP ${statusCode} ${named ?? ""}`.trim();
  return new StorageError(statusCode, String(named ?? ""), message, { cause: error });
}

/** Without the lines that name this one request: the reason of the next refusal is the same. */
function reasonIn({ message, details }: SdkError): string {
  const told = details?.odataError?.message?.value ?? details?.message;
  return (typeof told === "string" ? told : message).replace(/(\r?\n(RequestId|Time):[^\r\n]*)+\s*$/, "");
}
