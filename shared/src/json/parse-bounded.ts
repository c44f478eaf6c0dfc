// V8 uses about 56 bytes per open bracket while parsing: a 50 MB body of nothing but brackets would take gigabytes.

/** The memory cost of nesting in a smaller body is harmless. */
const CHECKED_FROM_BYTES = 1024 * 1024;

/** Far deeper than real data; JSON readers of .NET stop at 64 by default. */
const MAX_DEPTH = 1000;

const [QUOTE, BACKSLASH, BRACKET, BRACE, END_BRACKET, END_BRACE] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d] as const;

/**
 * Parses JSON that was sent to us, UTF-8 encoded.
 *
 * @throws SyntaxError for invalid JSON, and for a text over 1 MiB that is nested more than 1000 levels deep.
 */
export function parseSentJson(body: Uint8Array): unknown {
  refuseDeepJson(body);
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
}

/** The check of {@link parseSentJson} before it parses. @throws SyntaxError */
export function refuseDeepJson(body: Uint8Array): void {
  if (body.byteLength < CHECKED_FROM_BYTES || !isNestedDeeperThan(body, MAX_DEPTH)) return;
  throw new SyntaxError(`the JSON is nested more than ${MAX_DEPTH} levels deep`);
}

/** Reads each byte at most once. */
function isNestedDeeperThan(json: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === END_BRACKET || byte === END_BRACE) depth -= 1;
    else if (byte === BRACKET || byte === BRACE) {
      depth += 1;
      if (depth > maxDepth) return true;
    }
  }
  return false;
}

/** The index of the quote that ends the string starting at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
