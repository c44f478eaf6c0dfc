import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export const sha256Of = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The SHA-256 of a file's content, in lower-case hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Passes content through. @throws Error at the end if its hash differs from `sha256`. */
export async function* verifySha256(parts: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const part of parts) {
    hash.update(part);
    yield part;
  }
  const found = hash.digest("hex");
  if (found !== sha256.toLowerCase()) throw new Error(`its SHA-256 is ${found} instead of ${sha256}`);
}
