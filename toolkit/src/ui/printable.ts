// Text from programs, notebooks, clouds and callers may contain characters that move the cursor, rewrite the terminal,
// or imitate our lines. All foreign text passes through here before it reaches a terminal or a log file.

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is searched for.
/** C0 without tab and newline, DEL, C1, the separators that some programs take for newlines, and what turns text around. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** The same, after a colour that may stay as it is. */
const COLOUR_OR_CONTROL = new RegExp(`(\\u001b\\[[0-9;:]*m)|${CONTROLS.source}`, "g");
const COLOUR = /\u001b\[([0-9;:]*)m/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above.
const RESET = "\u001b[0m";

/**
 * A text of one or more lines: tabs, newlines and colours stay, every other control character is escaped, as `\x1b`. Colours end
 * with the text.
 */
export function printable(text: string): string {
  const shown = text
    .replaceAll("\r\n", "\n")
    .replace(COLOUR_OR_CONTROL, (found, colour: string | undefined) => colour ?? writtenOut(found));
  return leavesColour(shown) ? shown + RESET : shown;
}

/** A value within one of our lines: it stays on that line, and has no colours. */
export function printableInLine(text: string): string {
  return text.replace(CONTROLS, writtenOut).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** A document whose texts are unchanged when parsed, in characters that a terminal just prints. */
export function printableJson(value: unknown): string {
  const toEscape = (found: string) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, 2).replace(CONTROLS, toEscape);
}

function writtenOut(character: string): string {
  if (character === "\r") return "\\r";
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Whatever the parameters mean: only a reset without others leaves nothing behind. */
function leavesColour(text: string): boolean {
  const last = [...text.matchAll(COLOUR)].at(-1)?.[1];
  return last !== undefined && !/^0*$/.test(last);
}
