const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as HTML, also inside an attribute.
 *
 * @param text - Numbers too: those of an app's answer may turn out to be texts.
 */
export function escapeHtml(text: string | number): string {
  return String(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
