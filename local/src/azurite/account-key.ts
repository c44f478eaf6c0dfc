// Our Azurite gets a secret random key. With the well-known public key, any web page and any local user could queue
// work that runs as the developer.

import { createHmac, randomBytes } from "node:crypto";
import { readLocalFile, writeFileAtomic } from "@same-kit/shared";

/** The length of Azure's own account keys. */
const KEY_BYTES = 64;

/** Returns a new random account key, Base64-encoded as in a connection string. */
export function newAccountKey(): string {
  return randomBytes(KEY_BYTES).toString("base64");
}

/** Reads the account key from `file` (mode 0600), creating it if missing. The caller must hold the folder's lock. */
export async function accountKeyIn(file: string): Promise<string> {
  const kept = await readLocalFile(file).then(String, (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (Buffer.from(kept, "base64").length === KEY_BYTES) return kept.trim();
  const key = newAccountKey();
  await writeFileAtomic(file, `${key}\n`);
  return key;
}

/**
 * The secret that opens the entrance for the public account. It is derived from the account key, so anyone who has the
 * key can compute it.
 */
export function entranceSecretFor(accountKey: string): string {
  return createHmac("sha256", Buffer.from(accountKey, "base64")).update("same-kit entrance").digest("hex");
}
