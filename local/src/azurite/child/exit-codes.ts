import { DamagedDataError } from "../patched/damaged-data.ts";

/** Azurite's process ends with these where it says in one line what is wrong with its folder; with 1 for all else. */
export const DISK_FULL = 3;
export const DATA_DAMAGED = 4;

const FULL_DISK_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** @returns The exit code, and what is printed. */
export function toExit(error: unknown): { code: number; text: string } {
  const { message, stack, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  if (FULL_DISK_CODES.includes(code)) return { code: DISK_FULL, text: message ?? "" };
  if (error instanceof DamagedDataError) return { code: DATA_DAMAGED, text: error.message };
  return { code: 1, text: stack ?? message ?? "" };
}
