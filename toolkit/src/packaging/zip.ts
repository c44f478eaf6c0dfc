import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeAside } from "@same-kit/shared";
import yazl from "yazl";
import type { PackageEntry } from "./entries.ts";

export type WrittenZip = { file: string; sha256: string; sizeBytes: number; unpackedBytes: number };

// The same files produce the same bytes, so that a package can be identified by its hash. Zip supports neither times before 1980 nor time zones.
const TIMESTAMP = new Date(1980, 0, 1, 0, 0, 0);
const FILE_MODE = 0o100644;
const EXECUTABLE_MODE = 0o100755;

/** `fast` for a package that is not sent over a network. */
type Compression = "small" | "fast";

const LEVELS: Record<Compression, number> = { small: 6, fast: 1 };

/**
 * Writes the entries in the given order, with Unix modes: without them, a Linux host cannot read its own files and lists no
 * functions, and without 0755 the bundled Python does not start.
 */
export async function writeZip(
  file: string,
  entries: readonly PackageEntry[],
  compression: Compression = "small",
): Promise<WrittenZip> {
  const sha256 = await writeAside(file, (draft) => streamZip(draft, entries, LEVELS[compression]));
  const sizes = await Promise.all(entries.map(async ({ source }) => (await stat(source)).size));
  const unpackedBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { file, sha256, sizeBytes: (await stat(file)).size, unpackedBytes };
}

/** @returns The SHA-256 of the file. */
async function streamZip(file: string, entries: readonly PackageEntry[], compressionLevel: number): Promise<string> {
  const zip = new yazl.ZipFile();
  // A file that disappeared is an error of the zip, not of its output stream.
  const failed = new Promise<never>((_, reject) => zip.on("error", reject));
  for (const { name, source, isExecutable } of entries) {
    const mode = isExecutable ? EXECUTABLE_MODE : FILE_MODE;
    zip.addFile(source, name, { mtime: TIMESTAMP, mode, forceDosTimestamp: true, compressionLevel });
  }
  zip.end();
  const hash = createHash("sha256");
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await Promise.race([pipeline(zip.outputStream, tee, createWriteStream(file)), failed]);
  return hash.digest("hex");
}
