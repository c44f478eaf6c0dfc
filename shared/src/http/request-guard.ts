import type { IncomingMessage } from "node:http";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

export type RequestGuard = {
  /** Host names besides the loopback ones, lower case. */
  allowedHosts: ReadonlySet<string>;
  /** The pages that may call although they come from elsewhere. */
  cors: { allows(origin: string): boolean };
};

/**
 * Keeps web pages out of a server on loopback: one whose own name was made to resolve to this machine (its `Host`), and one of
 * another origin that merely sends requests (its `Origin`).
 *
 * @returns The status to refuse with, or `undefined` to continue.
 */
export function refuseForeign(request: IncomingMessage, { allowedHosts, cors }: RequestGuard): 403 | 421 | undefined {
  const { host = "", origin } = request.headers;
  if (!isOwnHost(host, allowedHosts)) return 421;
  if (origin === undefined) return undefined;
  return isOwnOrigin(origin, host, allowedHosts) || cors.allows(origin) ? undefined : 403;
}

/** The same by `Sec-Fetch-Site`, for what a browser sends without an origin: links, images, and other reading. */
export function refuseCrossSite({ headers }: IncomingMessage, isPrivileged: boolean): 403 | undefined {
  if (headers.origin !== undefined) return undefined;
  const site = headers["sec-fetch-site"];
  return site === "cross-site" || (isPrivileged && site === "same-site") ? 403 : undefined;
}

function isOwnHost(host: string, allowedHosts: ReadonlySet<string>): boolean {
  const name = hostName(host);
  return name !== undefined && (LOOPBACK_NAMES.has(name) || allowedHosts.has(name));
}

/** @returns The name of `name[:port]`, lower case; `undefined` if the text is malformed. */
function hostName(host: string): string | undefined {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
  return URL.canParse(`http://${host}`) ? name : undefined;
}

/** Another spelling of the loopback address with the same port is the same server. */
function isOwnOrigin(origin: string, host: string, allowedHosts: ReadonlySet<string>): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  return isOwnHost(url.host, allowedHosts) && portOf(url.host) === portOf(host.toLowerCase());
}

function portOf(host: string): string {
  return /:(\d+)$/.exec(host)?.[1] ?? "";
}
