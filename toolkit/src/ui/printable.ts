// Text from programs, notebooks, clouds and callers may contain characters that move the cursor, rewrite the terminal,
// or imitate our lines. All foreign text passes through here before it reaches a terminal or a log file.

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is searched for.
/** C0 except tab and newline, DEL, C1, separators that some programs treat as newlines, and characters that change the text direction. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** The same, preceded by an alternative for colours, which may be kept. */
const COLOUR_OR_CONTROL = new RegExp(`(\\u001b\\[[0-9;:]*m)|${CONTROLS.source}`, "g");
const COLOUR = /\u001b\[([0-9;:]*)m/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above.
const RESET = "\u001b[0m";

/**
 * A text of one or more lines: tabs, newlines and colours are kept, every other control character is escaped, as `\x1b`. Colours are
 * reset at the end of the text.
 */
export function printable(text: string): string {
  const shown = text
    .replaceAll("\r\n", "\n")
    .replace(COLOUR_OR_CONTROL, (found, colour: string | undefined) => colour ?? writtenOut(found));
  return leavesColour(shown) ? shown + RESET : shown;
}

/** A value within one of our lines: it remains on that line, and has no colours. */
export function printableInLine(text: string): string {
  return text.replace(CONTROLS, writtenOut).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** JSON that has the same value when parsed, and contains only characters that a terminal prints literally. */
export function printableJson(value: unknown): string {
  const toEscape = (found: string) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, 2).replace(CONTROLS, toEscape);
}

function writtenOut(character: string): string {
  if (character === "\r") return "\\r";
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Whether a colour is still active at the end: only a reset without parameters turns everything off. */
function leavesColour(text: string): boolean {
  const last = [...text.matchAll(COLOUR)].at(-1)?.[1];
  return last !== undefined && !/^0*$/.test(last);
}
