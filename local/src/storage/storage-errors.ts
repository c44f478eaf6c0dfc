/** What a storage service refused, with its status and code. */
export class StorageError extends Error {
  readonly statusCode: number;
  /** For example `QueueNotFound`; empty where the service named none. */
  readonly code: string;

  constructor(statusCode: number, code: string, message: string = code, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageError";
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** The HTTP status that the service answered; undefined for an error of another kind, such as a refused connection. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof StorageError ? error.statusCode : undefined;
}

export const isConflict = (error: unknown): boolean => statusOf(error) === 409;
export const isPreconditionFailed = (error: unknown): boolean => statusOf(error) === 412;

/** Runs `work`; an answer with one of `statuses` gives undefined instead of an error. */
export async function ignoring<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && statuses.includes(status)) return undefined;
    throw error;
  }
}
