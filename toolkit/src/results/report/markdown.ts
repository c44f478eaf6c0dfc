import { Marked, type Tokens } from "marked";
import { escapeHtml } from "./escape.ts";

// A notebook is foreign content: its HTML is shown as text, and a link can only lead to a page or a place in this one.
const SAFE_LINK = /^(?:https?:|mailto:|#|[^:]*$)/i;
const SAFE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);/i;

const marked = new Marked({
  async: false,
  gfm: true,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
    link({ href, tokens }: Tokens.Link) {
      const text = this.parser.parseInline(tokens);
      return SAFE_LINK.test(href) ? `<a href="${escapeHtml(href)}" rel="noreferrer">${text}</a>` : text;
    },
    image({ href, text }: Tokens.Image) {
      if (SAFE_IMAGE.test(href)) return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`;
      return `[${escapeHtml(text || href)}]`;
    },
  },
});

/** @param attachments - Images of the cell, by name: the source refers to them as `attachment:NAME`. */
export function markdownToHtml(source: string, attachments: unknown = {}): string {
  const known = new Map(Object.entries((attachments ?? {}) as Record<string, Record<string, string>>));
  const withPictures = source.replaceAll(/attachment:([^\s)]+)/g, (whole, name: string) => {
    const [type, data] = Object.entries(known.get(decoded(name)) ?? {})[0] ?? [];
    return type === undefined ? whole : `data:${type};base64,${data}`;
  });
  return marked.parse(withPictures) as string;
}

/** The text may not be a valid reference to an attachment. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
