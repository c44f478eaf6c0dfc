// Parses the filter of a table input: OData comparisons with `and`, `or`, `not` and parentheses.

import type { Comparison, FilterValue, TableFilter } from "../../storage/storage-table.ts";
import { dateTime } from "../../storage/table-values.ts";

const TOKEN =
  /\s*(?:(\(|\))|(datetime|guid|X|binary)?'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([Ll])?|([A-Za-z_][A-Za-z0-9_]*))/y;
const COMPARISONS = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);
// The table service allows at most 15 comparisons; no one nests parentheses deeper than this by hand.
const MAX_DEPTH = 50;

type Token = { kind: "paren"; text: string } | { kind: "word"; text: string } | { kind: "value"; value: FilterValue };

/**
 * @throws Error that names what cannot be parsed.
 * @see https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
 */
export function parseTableFilter(text: string): TableFilter {
  const reader = new FilterReader(text);
  const filter = reader.readOr(0);
  reader.expectEnd();
  return filter;
}

class FilterReader {
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = this.#readTokens();
  }

  readOr(depth: number): TableFilter {
    const parts = [this.#readAnd(depth)];
    while (this.#takeWord("or")) parts.push(this.#readAnd(depth));
    return parts.length === 1 ? parts[0]! : { or: parts };
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) throw this.#error("it continues where it should end");
  }

  #readAnd(depth: number): TableFilter {
    const parts = [this.#readNot(depth)];
    while (this.#takeWord("and")) parts.push(this.#readNot(depth));
    return parts.length === 1 ? parts[0]! : { and: parts };
  }

  #readNot(depth: number): TableFilter {
    if (depth > MAX_DEPTH) throw this.#error("it is nested too deep");
    if (this.#takeWord("not")) return { not: this.#readNot(depth + 1) };
    if (this.#takeParen("(")) {
      const inner = this.readOr(depth + 1);
      if (!this.#takeParen(")")) throw this.#error("a parenthesis is not closed");
      return inner;
    }
    return this.#readComparison();
  }

  #readComparison(): TableFilter {
    const column = this.#next();
    if (column?.kind !== "word") throw this.#error("a column is expected");
    const is = this.#next();
    if (is?.kind !== "word" || !COMPARISONS.has(is.text.toLowerCase())) {
      // `isActive` alone means a comparison with true.
      if (is !== undefined) this.#at -= 1;
      return { column: column.text, is: "eq", value: true };
    }
    const value = this.#next();
    if (value === undefined || value.kind === "paren") throw this.#error(`a value is expected after "${is.text}"`);
    return { column: column.text, is: is.text.toLowerCase() as Comparison, value: this.#toValue(value) };
  }

  #toValue(token: Exclude<Token, { kind: "paren" }>): FilterValue {
    if (token.kind === "value") return token.value;
    if (/^(true|false)$/i.test(token.text)) return token.text.toLowerCase() === "true";
    throw this.#error(`"${token.text}" is not a value`);
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #takeParen(paren: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "paren" || token.text !== paren) return false;
    this.#at += 1;
    return true;
  }

  #next(): Token | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }

  #readTokens(): Token[] {
    const tokens: Token[] = [];
    let at = 0;
    while (this.#text.slice(at).trim() !== "") {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(this.#text);
      if (match === null) throw this.#error(`"${this.#text.slice(at).trim().slice(0, 20)}" cannot be read`);
      tokens.push(this.#toToken(match));
      at = TOKEN.lastIndex;
    }
    return tokens;
  }

  #toToken([, paren, type, quoted, number, , word]: RegExpExecArray): Token {
    if (paren !== undefined) return { kind: "paren", text: paren };
    if (number !== undefined) return { kind: "value", value: Number(number) };
    if (word !== undefined) return { kind: "word", text: word };
    const text = (quoted ?? "").replaceAll("''", "'");
    if (type === "datetime") return { kind: "value", value: dateTime(text) };
    if (type === "guid") return { kind: "value", value: { type: "Guid", value: text } };
    if (type !== undefined) throw this.#error("a comparison with binary data is not supported locally");
    return { kind: "value", value: text };
  }

  #error(reason: string): Error {
    return new Error(`The table filter "${this.#text}" is not valid: ${reason}.`);
  }
}
