/**
 * Text as a terminal would show it: a carriage return moves to the start of the line, and the following text overwrites it; a
 * backspace moves back by one character. A progress bar thus remains one line.
 */
export class TerminalText {
  readonly #done: string[] = [];
  #doneLength = 0;
  #line = "";
  #column = 0;

  /** The number of characters. */
  get length(): number {
    return this.#doneLength + this.#line.length;
  }

  append(text: string): void {
    const last = text.lastIndexOf("\n");
    if (last >= 0 && !hasMotion(text) && this.#column === this.#line.length) {
      this.#commit(`${this.#line}${text.slice(0, last + 1)}`);
      this.#startLine(text.slice(last + 1));
      return;
    }
    const lines = text.split("\n");
    for (const [index, part] of lines.entries()) {
      this.#write(part);
      if (index === lines.length - 1) continue;
      this.#commit(`${this.#line}\n`);
      this.#startLine("");
    }
  }

  /** Removes characters from the beginning until at most `limit` remain, including those of a line that has not ended. */
  trimStart(limit: number): void {
    while (this.length > limit && this.#done.length > 0) {
      const first = this.#done.shift() as string;
      this.#doneLength -= first.length;
      const surplus = this.length + first.length - limit;
      if (surplus >= first.length) continue;
      this.#done.unshift(first.slice(surplus));
      this.#doneLength += first.length - surplus;
    }
    const surplus = this.length - limit;
    if (surplus <= 0) return;
    this.#line = this.#line.slice(surplus);
    this.#column = Math.max(0, this.#column - surplus);
  }

  toString(): string {
    return this.#done.join("") + this.#line;
  }

  #commit(text: string): void {
    this.#done.push(text);
    this.#doneLength += text.length;
  }

  #startLine(text: string): void {
    this.#line = text;
    this.#column = text.length;
  }

  #write(part: string): undefined {
    if (!hasMotion(part)) return this.#overwrite(part);
    for (const [index, piece] of part.split("\r").entries()) {
      if (index > 0) this.#column = 0;
      for (const [at, plain] of piece.split("\b").entries()) {
        if (at > 0) this.#column = Math.max(0, this.#column - 1);
        this.#overwrite(plain);
      }
    }
  }

  #overwrite(text: string): undefined {
    this.#line = this.#line.slice(0, this.#column) + text + this.#line.slice(this.#column + text.length);
    this.#column += text.length;
  }
}

const hasMotion = (text: string): boolean => text.includes("\r") || text.includes("\b");
