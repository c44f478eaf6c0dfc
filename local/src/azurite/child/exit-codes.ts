import { DamagedDataError } from "../patched/damaged-data.ts";

/**
 * Exit codes of the Azurite process when it prints one line about what is wrong with its folder; any other failure
 * exits with 1.
 */
export const DISK_FULL = 3;
export const DATA_DAMAGED = 4;

const FULL_DISK_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** @returns The exit code, and the text to print. */
export function toExit(error: unknown): { code: number; text: string } {
  const { message, stack, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  if (FULL_DISK_CODES.includes(code)) return { code: DISK_FULL, text: message ?? "" };
  if (error instanceof DamagedDataError) return { code: DATA_DAMAGED, text: error.message };
  return { code: 1, text: stack ?? message ?? "" };
}
