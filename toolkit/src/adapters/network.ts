// Codes of a connection that broke or could not be made now; trying again may help, as it does not for an untrusted certificate.
const BROKEN = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Why `fetch` got no answer, where that may pass; null for any other error. `fetch` hides the reason in `cause`. */
export function brokenConnection(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as NodeJS.ErrnoException).code ?? "";
    if (BROKEN.has(code)) return `${code} ${at.message}`.trim();
  }
  return null;
}
