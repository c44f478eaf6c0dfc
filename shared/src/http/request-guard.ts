import type { IncomingMessage } from "node:http";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

export type RequestGuard = {
  /** Host names besides the loopback ones, in lower case. */
  allowedHosts: ReadonlySet<string>;
  /** The foreign origins that may call. */
  cors: { allows(origin: string): boolean };
};

/**
 * Keeps web pages out of a loopback server: pages whose host name was made to resolve to this machine (checked by
 * `Host`), and pages of another origin that send requests (checked by `Origin`).
 *
 * @returns The status to refuse the request with, or `undefined` to continue.
 */
export function refuseForeign(request: IncomingMessage, { allowedHosts, cors }: RequestGuard): 403 | 421 | undefined {
  const { host = "", origin } = request.headers;
  if (!isOwnHost(host, allowedHosts)) return 421;
  if (origin === undefined) return undefined;
  return isOwnOrigin(origin, host, allowedHosts) || cors.allows(origin) ? undefined : 403;
}

/**
 * The same check by `Sec-Fetch-Site`, for requests that browsers send without an origin: links, images and other reads.
 */
export function refuseCrossSite({ headers }: IncomingMessage, isPrivileged: boolean): 403 | undefined {
  if (headers.origin !== undefined) return undefined;
  const site = headers["sec-fetch-site"];
  return site === "cross-site" || (isPrivileged && site === "same-site") ? 403 : undefined;
}

function isOwnHost(host: string, allowedHosts: ReadonlySet<string>): boolean {
  const name = hostName(host);
  return name !== undefined && (LOOPBACK_NAMES.has(name) || allowedHosts.has(name));
}

/** @returns The host of `host[:port]` in lower case; `undefined` if malformed. */
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
