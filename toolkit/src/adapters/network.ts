import { OperationError } from "@same-kit/shared";

// Codes of a connection that broke or could not be opened; a retry may help, unlike for an untrusted certificate.
const BROKEN = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** Why `fetch` got no answer, if that may be temporary; null for any other error. `fetch` puts the reason into `cause`. */
export function brokenConnection(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as NodeJS.ErrnoException).code ?? "";
    if (BROKEN.has(code)) return `${code} ${at.message}`.trim();
    if (at.name === "TimeoutError") return "no answer in time";
  }
  return null;
}

const UNTRUSTED = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
]);

/** An error of `fetch` as an error for a person; null if it is not about the network. */
export function networkError(error: unknown): OperationError | null {
  const why = brokenConnection(error);
  if (why !== null) return connectionError(why, error);
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code = "", message } = at as NodeJS.ErrnoException;
    if (UNTRUSTED.has(code)) return untrustedCertificate(`${code} ${message}`, error);
  }
  return null;
}

export function untrustedCertificate(said: string, cause?: unknown): OperationError {
  return new OperationError({
    code: "ERR_TLS_INTERCEPTED",
    message: `A certificate in the connection to Azure is not trusted: ${said}. A proxy seems to replace certificates.`,
    hint: "Set NODE_EXTRA_CA_CERTS (same-kit) and SSL_CERT_FILE (terraform) to your organization's certificate.",
    cause,
  });
}

/** An error for a person: `what` could not be reached, with the reason from {@link brokenConnection}. */
export function connectionError(why: string, cause: unknown, what = "Azure"): OperationError {
  return new OperationError({
    code: "ERR_NETWORK",
    message: `The connection to ${what} broke: ${why}.`,
    hint: "Check the network, then run the command again with the same options: it continues.",
    cause,
  });
}
