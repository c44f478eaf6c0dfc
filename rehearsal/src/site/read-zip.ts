import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Entry, ZipFile } from "yauzl";
import { fromBuffer } from "yauzl";

export type ZipEntry = {
  /** With `/`, relative, never `..`: yauzl refuses everything else. */
  path: string;
  sizeBytes: number;
  /** Unix file type and permissions; null if the archive was not created on Unix. */
  mode: number | null;
  read(): Promise<Buffer>;
};

// Upper byte of "version made by" in a ZIP entry: the system that its attributes apply to.
const MADE_ON_UNIX = 3;
const UNIX_ATTRIBUTES_SHIFT = 16;

const openZip = promisify((zip: Buffer, callback: (error: Error | null, file?: ZipFile) => void) =>
  fromBuffer(zip, { lazyEntries: true, strictFileNames: true }, callback),
);

/**
 * Reads all files of an archive, in its order, without folders.
 *
 * @throws Error if it is not a ZIP archive, is damaged, or names a file outside itself.
 */
export async function readZip(zip: Buffer): Promise<ZipEntry[]> {
  const file = await openZip(zip);
  if (file === undefined) throw new Error("The archive could not be opened.");
  return new Promise((resolve, reject) => {
    const entries: ZipEntry[] = [];
    file.on("error", reject);
    file.on("end", () => resolve(entries));
    file.on("entry", (entry: Entry) => {
      if (!entry.fileName.endsWith("/")) entries.push(toZipEntry(file, entry));
      file.readEntry();
    });
    file.readEntry();
  });
}

function toZipEntry(file: ZipFile, entry: Entry): ZipEntry {
  const system = entry.versionMadeBy >> 8;
  const read = promisify((callback: (error: Error | null, stream?: Readable) => void) =>
    file.openReadStream(entry, callback),
  );
  return {
    path: entry.fileName,
    sizeBytes: entry.uncompressedSize,
    mode: system === MADE_ON_UNIX ? entry.externalFileAttributes >>> UNIX_ATTRIBUTES_SHIFT : null,
    async read() {
      const stream = await read();
      if (stream === undefined) throw new Error(`${entry.fileName} could not be read.`);
      return buffer(stream);
    },
  };
}
