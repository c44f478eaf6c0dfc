import { TerminalText } from "./terminal-text.ts";

export type LineSink = (line: string) => void;

// A longer line is data and is passed on in pieces.
const MAX_LINE_CHARACTERS = 16 * 1024;
// Every line is a log entry, which costs money in the cloud, and memory on its way to the host. The record contains all lines.
const MAX_LINES = 10_000;

type LiveLinesOptions = {
  onLine: LineSink;
  /** The minimum time between two states of a line that is rewritten, such as a progress bar, before it ends. */
  rewriteEveryMs: number;
  now?: () => number;
};

/**
 * Passes on what a stream prints, line by line, without delay. A line that is going to be overwritten ends with a carriage return, so
 * that a terminal can replace it with the next one.
 */
export class LiveLines {
  readonly #onLine: LineSink;
  readonly #rewriteEveryMs: number;
  readonly #now: () => number;
  #line = new TerminalText();
  #isRewritten = false;
  #passedAt = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor({ onLine, rewriteEveryMs, now = () => performance.now() }: LiveLinesOptions) {
    this.#onLine = onLine;
    this.#rewriteEveryMs = rewriteEveryMs;
    this.#now = now;
  }

  add(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    this.#write(first);
    for (const part of rest) {
      this.#endLine();
      this.#write(part);
    }
    if (this.#isRewritten) this.#passRewritten();
  }

  /** Passes on an unfinished last line. */
  end(): void {
    if (this.#line.length > 0) this.#endLine();
  }

  #write(part: string): void {
    if (part.includes("\r")) this.#isRewritten = true;
    this.#line.append(part);
    if (this.#line.length <= MAX_LINE_CHARACTERS) return;
    const text = this.#line.toString();
    const end = text.length - (text.length % MAX_LINE_CHARACTERS);
    for (let at = 0; at < end; at += MAX_LINE_CHARACTERS) this.#pass(text.slice(at, at + MAX_LINE_CHARACTERS));
    this.#startLine(text.slice(end));
  }

  #endLine(): void {
    this.#pass(this.#line.toString());
    this.#startLine("");
  }

  #startLine(text: string): void {
    this.#line = new TerminalText();
    this.#line.append(text);
    this.#isRewritten = false;
    this.#passedAt = Number.NEGATIVE_INFINITY;
  }

  #passRewritten(): void {
    const now = this.#now();
    if (now - this.#passedAt < this.#rewriteEveryMs || this.#line.length === 0) return;
    this.#passedAt = now;
    this.#pass(`${this.#line}\r`);
  }

  #pass(line: string): void {
    this.#lines += 1;
    if (this.#lines > MAX_LINES) return;
    this.#onLine(this.#lines === MAX_LINES ? `(This is line ${MAX_LINES}; later ones are not logged.)` : line);
  }
}
