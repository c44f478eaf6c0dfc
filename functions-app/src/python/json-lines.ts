import type { Readable } from "node:stream";

const NEWLINE = 0x0a;

/** Calls `onLine` with the value of every line of JSON; other lines are skipped. */
export function readJsonLines(input: Readable, onLine: (value: unknown) => void): void {
  let unfinished: Buffer[] = [];
  input.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...unfinished, chunk.subarray(start, end)]);
      unfinished = [];
      start = end + 1;
      const value = parse(line);
      if (value !== undefined) onLine(value);
    }
    if (start < chunk.length) unfinished.push(chunk.subarray(start));
  });
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}
