// Our Azurite has a secret random key: with the public one, any web page and any local user could queue work that
// runs as the developer.

import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "@same-kit/shared";

/** As long as Azure's own. */
const KEY_BYTES = 64;

/** In base64, as in a connection string. */
export function newAccountKey(): string {
  return randomBytes(KEY_BYTES).toString("base64");
}

/** The key that `file` holds, readable by its owner only; created if it is missing. Callers hold the folder's lock. */
export async function accountKeyIn(file: string): Promise<string> {
  const kept = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (Buffer.from(kept, "base64").length === KEY_BYTES) return kept.trim();
  const key = newAccountKey();
  await writeFileAtomic(file, `${key}\n`);
  return key;
}

/** What opens the entrance for the public account; anyone who has the account's key can make it. */
export function entranceSecretFor(accountKey: string): string {
  return createHmac("sha256", Buffer.from(accountKey, "base64")).update("same-kit entrance").digest("hex");
}
