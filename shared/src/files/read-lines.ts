import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export type FileLine = {
  text: string;
  /** Bytes from the start of the file to the end of this line. */
  end: number;
};

/**
 * The complete lines of a file, which may be longer than the longest string. Node's own `readLines` also ends a line at
 * U+2028, which JSON does not escape, and does not tell an incomplete last line.
 */
export async function* readLines(file: FileHandle): AsyncGenerator<FileLine> {
  let parts: Buffer[] = [];
  let end = 0;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES));
    if (bytesRead === 0) return;
    let rest = buffer.subarray(0, bytesRead);
    for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...parts, rest.subarray(0, at)]);
      parts = [];
      rest = rest.subarray(at + 1);
      end += line.length + 1;
      yield { text: line.toString("utf8"), end };
    }
    parts.push(rest);
  }
}
