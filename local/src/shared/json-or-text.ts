/** Parses JSON text; any other text, such as the reason of a termination, is returned unchanged. */
export function jsonOrText(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
