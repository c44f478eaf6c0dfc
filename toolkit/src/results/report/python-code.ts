import { escapeHtml } from "./escape.ts";

const KEYWORDS = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield match case".split(
    " ",
  ),
);

// The order matters: a string or a comment hides everything inside it.
const TOKEN =
  /(?<string>[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|(?![\s\S]))|'''[\s\S]*?(?:'''|(?![\s\S]))|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))|(?<comment>#[^\n]*)|(?<number>\b\d[\w.]*)|(?<magic>^[%!][^\n]*)|(?<word>[A-Za-z_]\w*)/gm;

/** Python with a class for each kind of token: `py-string`, `py-comment`, `py-number`, `py-keyword`, `py-magic`. */
export function highlightPython(source: string): string {
  let html = "";
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    const [text] = match;
    const kind = kindOf(match.groups ?? {}, text);
    html += escapeHtml(source.slice(at, match.index));
    html += kind === null ? escapeHtml(text) : `<span class="py-${kind}">${escapeHtml(text)}</span>`;
    at = match.index + text.length;
  }
  return html + escapeHtml(source.slice(at));
}

function kindOf(groups: Record<string, string | undefined>, text: string): string | null {
  if (groups["word"] !== undefined) return KEYWORDS.has(text) ? "keyword" : null;
  return Object.keys(groups).find((name) => groups[name] !== undefined) ?? null;
}
