/** What a caught value says went wrong, for the "why" of a message; libraries throw more than `Error`s. */
export function reasonOf(caught: unknown): string {
  return caught instanceof Error ? caught.message : String(caught);
}
