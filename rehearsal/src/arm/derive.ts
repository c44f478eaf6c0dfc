import { createHash, createHmac } from "node:crypto";

/** A GUID that is always the same for `seed`, so that a restarted rehearsal shows no drift. */
export function guidFrom(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** A key in the format of storage accounts: 64 bytes, Base64-encoded. */
export function accountKeyFrom(secret: string, seed: string): string {
  return createHmac("sha512", secret).update(seed).digest("base64");
}

/** A key in the format of the Functions host: URL-safe text. */
export function hostKeyFrom(secret: string, seed: string): string {
  return `${createHmac("sha256", secret).update(seed).digest("base64url").slice(0, 40)}AzFu`;
}
