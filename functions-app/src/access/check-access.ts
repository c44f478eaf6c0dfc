import { createHash, timingSafeEqual } from "node:crypto";

export type AccessRequest = { url: string; headers: { get(name: string): string | null } };

/** Names under which a process on this machine reaches a local host. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether the caller has the app's access key: as `x-functions-key`, as `?code=`, or as the password of HTTP Basic, which is how
 * an unmodified upstream client sends `same:KEY@host`. Without a configured key nobody has, except on loopback in Development.
 */
export function hasAccess(request: AccessRequest, env: Readonly<Record<string, string | undefined>>): boolean {
  const key = env["SAME_ACCESS_KEY"] ?? "";
  const url = new URL(request.url);
  if (key === "") return env["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development" && LOOPBACK.test(url.hostname);
  const offered = [
    request.headers.get("x-functions-key"),
    url.searchParams.get("code"),
    basicPassword(request.headers.get("authorization")),
  ];
  // No short cut: every one is compared, whatever the others were.
  return offered.map((it) => it !== null && isEqual(it, key)).some(Boolean);
}

function basicPassword(header: string | null): string | null {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : text.slice(colon + 1);
}

/** Hashed first, so that neither length nor content shows in the time it takes. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
