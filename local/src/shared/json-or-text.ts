/** The value that JSON text stands for; any other text, such as the reason of a termination, is a value itself. */
export function jsonOrText(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
