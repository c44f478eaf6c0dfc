import { newGuidN } from "../../../../local/src/shared/ids.ts";
import type { StorageAccount } from "../../../../local/src/storage/storage-account.ts";

/** One implementation of the storage port, under the contract tests. */
export type StorageSubject = {
  account(): StorageAccount;
  /** Lets time pass until `condition` returns a value; for actions of the service itself. */
  eventually<Value>(condition: () => Promise<Value | false>): Promise<Value>;
};

export const newName = (prefix: string): string => `${prefix}${newGuidN().slice(0, 16)}`;

/** The error of the service, for example `404 QueueNotFound`; `done` if there was none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string };
    if (statusCode === undefined) throw error;
    return `${statusCode} ${code}`;
  }
}
