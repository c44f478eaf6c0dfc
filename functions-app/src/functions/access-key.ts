import { isSameSecret } from "@same-kit/shared";
import { ACCESS_KEY_HEADER } from "../contract/headers.ts";

/** The part of a request that identifies the caller. */
type AccessRequest = { url: string; headers: { get(name: string): string | null } };

/**
 * Whether the caller knows the app's access key, `SAME_ACCESS_KEY`: in a header, as `?code=`, or as the password of HTTP Basic, which
 * an unmodified upstream client sends for the host name `same:KEY@host`.
 *
 * Without that setting all access is refused, except on a developer's own machine.
 */
export function hasAccess(request: AccessRequest, env: NodeJS.ProcessEnv): boolean {
  const key = env["SAME_ACCESS_KEY"];
  if (!key) return env["AZURE_FUNCTIONS_ENVIRONMENT"] === "Development" && isFromThisMachine(request);
  const given = givenKeys(request);
  // All candidates are compared, even after a match: the time must not reveal which one matched.
  return given.map((candidate) => isSameSecret(candidate, key)).includes(true);
}

function givenKeys({ url, headers }: AccessRequest): string[] {
  const [scheme, credentials] = (headers.get("authorization") ?? "").split(" ");
  const basic = scheme?.toLowerCase() === "basic" ? Buffer.from(credentials ?? "", "base64").toString("utf8") : "";
  const password = basic.includes(":") ? basic.slice(basic.indexOf(":") + 1) : null;
  const candidates = [headers.get(ACCESS_KEY_HEADER), new URL(url).searchParams.get("code"), password];
  return candidates.filter((it): it is string => it !== null && it !== "");
}

/**
 * Versions of `func start` before mid-2026 listen on all interfaces. Newer versions listen on loopback, but any page in a browser can
 * still post to them. Therefore the names are checked: of the requested host, of the requesting page, and of the machine for which a
 * proxy forwards the request.
 */
function isFromThisMachine({ url, headers }: AccessRequest): boolean {
  const origin = headers.get("origin");
  if (!isLoopbackUrl(url) || (origin !== null && !isLoopbackUrl(origin))) return false;
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((it) => it.trim());
  return forwarded.every((address) => address === "" || isLoopbackUrl(`http://${toHost(address)}`));
}

function isLoopbackUrl(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

/** An IPv6 address needs brackets in a URL. */
const toHost = (address: string): string =>
  (address.match(/:/g)?.length ?? 0) > 1 && !address.startsWith("[") ? `[${address}]` : address;
