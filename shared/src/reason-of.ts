/** The reason that a caught value gives, for the "why" of an error message. Libraries do not only throw `Error`s. */
export function reasonOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}
