/** An error response of a storage service, with its status and code. */
export class StorageError extends Error {
  readonly statusCode: number;
  /** For example `QueueNotFound`; empty if the service sent none. */
  readonly code: string;

  constructor(statusCode: number, code: string, message: string = code, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageError";
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** The HTTP status of the response; undefined for other errors, such as a refused connection. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof StorageError ? error.statusCode : undefined;
}

export const isConflict = (error: unknown): boolean => statusOf(error) === 409;
export const isPreconditionFailed = (error: unknown): boolean => statusOf(error) === 412;

/** Awaits `work`; a response with one of `statuses` returns undefined instead of throwing. */
export async function ignoring<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && statuses.includes(status)) return undefined;
    throw error;
  }
}
