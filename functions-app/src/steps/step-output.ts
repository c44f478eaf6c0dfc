import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export type LineSink = (line: string) => void;

// A line this long is passed on in pieces: somebody prints data, or a progress bar that never ends its line.
const MAX_LINE_CHARACTERS = 16 * 1024;
// Every line is a log entry, which costs money in the cloud and memory on its way to the host.
const MAX_LINES = 10_000;

/** Follows one output stream of a step: hands on its lines as they come, and keeps its end. */
export class StepOutput {
  readonly #onLine: LineSink;
  readonly #tailBytes: number;
  readonly #decoder = new StringDecoder("utf8");
  #line = "";
  #lines = 0;
  #chunks: Buffer[] = [];
  #kept = 0;

  constructor(stream: Readable, tailBytes: number, onLine: LineSink) {
    this.#onLine = onLine;
    this.#tailBytes = tailBytes;
    stream.on("data", (chunk: Buffer) => this.#add(chunk));
  }

  /** Hands on an unfinished last line, and returns the last bytes as text. */
  end(): string {
    this.#line += this.#decoder.end();
    if (this.#line !== "") this.#pass(this.#line);
    this.#line = "";
    const all = Buffer.concat(this.#chunks);
    return toText(all.subarray(Math.max(0, all.length - this.#tailBytes)));
  }

  #add(chunk: Buffer): void {
    this.#keep(chunk);
    const lines = (this.#line + this.#decoder.write(chunk)).split("\n");
    this.#line = lines.pop() as string;
    for (const line of lines) this.#pass(line);
    while (this.#line.length > MAX_LINE_CHARACTERS) {
      this.#pass(this.#line.slice(0, MAX_LINE_CHARACTERS));
      this.#line = this.#line.slice(MAX_LINE_CHARACTERS);
    }
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    for (;;) {
      const first = this.#chunks[0] as Buffer;
      if (this.#kept - first.length < this.#tailBytes) return;
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  #pass(line: string): void {
    this.#lines += 1;
    if (this.#lines > MAX_LINES) return;
    const isLast = this.#lines === MAX_LINES;
    this.#onLine(isLast ? `(This is line ${MAX_LINES}; later ones are not logged.)` : asShown(line));
  }
}

/** Of a progress bar, what a terminal would show at the end. */
function asShown(line: string): string {
  const text = line.replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1);
}

/** The cut may lie inside a character: its remains are dropped. */
function toText(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] as number) & 0xc0) === 0x80) start += 1;
  return bytes.toString("utf8", start);
}
