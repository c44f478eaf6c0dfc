import { escapeHtml } from "./escape.ts";

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

type Style = { bold: boolean; dim: boolean; italic: boolean; underline: boolean; fg: string | null; bg: string | null };

const PLAIN: Style = { bold: false, dim: false, italic: false, underline: false, fg: null, bg: null };

/** Converts terminal text to HTML: colours become classes (`ansi-red`), other control sequences are removed. */
export function ansiToHtml(text: string): string {
  let style = PLAIN;
  let html = "";
  let codes = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the text is searched for.
  for (const [index, part] of text.split(/\u001b\[([0-9;:]*)([A-Za-z])/).entries()) {
    if (index % 3 === 0) html += wrap(part, style);
    else if (index % 3 === 1) codes = part;
    else if (part === "m") style = applyCodes(style, codes);
  }
  return html;
}

function wrap(text: string, style: Style): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: other escape sequences mean nothing here.
  const shown = escapeHtml(text.replaceAll(/\u001b(?:\][^\u0007]*\u0007|[@-Z\\-_])/g, ""));
  const { bold, dim, italic, underline, fg, bg } = style;
  const classes = Object.entries({ bold, dim, italic, underline }).flatMap(([name, isOn]) =>
    isOn ? [`ansi-${name}`] : [],
  );
  const colours: string[] = [];
  if (fg !== null) fg.startsWith("#") ? colours.push(`color:${fg}`) : classes.push(`ansi-${fg}`);
  if (bg !== null) bg.startsWith("#") ? colours.push(`background:${bg}`) : classes.push(`ansi-bg-${bg}`);
  if (shown === "" || (classes.length === 0 && colours.length === 0)) return shown;
  const attributes = [
    ...(classes.length > 0 ? [` class="${classes.join(" ")}"`] : []),
    ...(colours.length > 0 ? [` style="${colours.join(";")}"`] : []),
  ];
  return `<span${attributes.join("")}>${shown}</span>`;
}

function applyCodes(style: Style, text: string): Style {
  const codes = text.split(/[;:]/).map(Number);
  let next = style;
  while (codes.length > 0) next = applyCode(next, codes.shift() ?? 0, codes);
  return next;
}

function applyCode(style: Style, code: number, rest: number[]): Style {
  if (code === 38 || code === 48) return { ...style, [code === 38 ? "fg" : "bg"]: extendedColour(rest) };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, fg: COLOURS[code % 10] ?? null };
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return { ...style, bg: COLOURS[code % 10] ?? null };
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 39:
      return { ...style, fg: null };
    case 49:
      return { ...style, bg: null };
    default:
      return style;
  }
}

/** `5;N` of a palette of 256, or `2;R;G;B`. Removes its numbers from the list. */
function extendedColour(rest: number[]): string | null {
  const kind = rest.shift();
  if (kind === 2) return toHex(rest.splice(0, 3));
  if (kind !== 5) return null;
  const index = rest.shift() ?? 0;
  if (index < 16) return COLOURS[index % 8] ?? null;
  if (index >= 232) return toHex(Array<number>(3).fill(8 + (index - 232) * 10));
  const cube = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
  return toHex(cube.map((level) => (level === 0 ? 0 : 55 + level * 40)));
}

const toHex = (levels: number[]): string =>
  `#${levels.map((level) => Math.min(255, level).toString(16).padStart(2, "0")).join("")}`;
