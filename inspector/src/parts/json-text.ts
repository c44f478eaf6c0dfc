// Parses JSON typed by the user.

type TypedJson =
  /** `undefined`: nothing was typed. */
  { ok: true; value: unknown } | { ok: false; problem: string };

/** Parses JSON typed by the user; empty text is `undefined`, and a syntax error is a `problem`. */
export function parseTypedJson(text: string): TypedJson {
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: `Not valid JSON: ${(error as Error).message}` };
  }
}
