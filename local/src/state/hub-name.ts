import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";

// Hub names can have 45 characters; the rest is reserved for suffixes that the library appends.
const MAX_STEM_LENGTH = 24;
const HASH_LENGTH = 8;

/**
 * The task hub of an app that names none: its folder's name and a hash of the folder's path, so that two apps never
 * answer each other's messages.
 */
export function hubNameForApp(appDir: string): string {
  const real = toRealPath(appDir);
  const letters = path.basename(real).replaceAll(/[^A-Za-z0-9]/g, "");
  const stem = /^[A-Za-z]/.test(letters)
    ? letters.slice(0, MAX_STEM_LENGTH)
    : `app${letters}`.slice(0, MAX_STEM_LENGTH);
  return `${stem}${createHash("sha256").update(real).digest("hex").slice(0, HASH_LENGTH)}`;
}

function toRealPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}
