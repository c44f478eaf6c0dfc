import type { IncomingMessage } from "node:http";
import type { RpcHttp, RpcHttpCookie, TypedData } from "../../worker/messages.ts";
import type { RouteValues } from "../routing/match-template.ts";
import type { Reply } from "./reply.ts";

/** The request as Azure's host passes it to the Node worker. */
export function toRpcRequest(request: IncomingMessage, url: URL, params: RouteValues, body: Buffer): RpcHttp {
  return {
    method: request.method ?? "GET",
    url: absoluteUrl(request),
    headers: joinedHeaders(request),
    query: joinedQuery(url),
    params,
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  };
}

/** In streaming mode, the worker takes headers and parameters from here and the rest from the proxied request. */
export function toStreamMetadata(request: IncomingMessage, url: URL, params: RouteValues): Record<string, TypedData> {
  const query = joinedQuery(url);
  const { code: _key, ...queryParams } = query;
  const texts = Object.entries({ ...queryParams, ...params }).map(([name, text]) => [name, { string: text }] as const);
  return {
    ...Object.fromEntries(texts),
    Query: { json: JSON.stringify(query) },
    Headers: { json: JSON.stringify(joinedHeaders(request)) },
  };
}

/** An app that responds without an http output, or with nothing, gets status 204. */
export function fromReturnValue(returnValue: TypedData | undefined): Reply {
  if (returnValue === undefined) return { status: 204 };
  if ("http" in returnValue) return fromRpcResponse(returnValue.http);
  if ("string" in returnValue) {
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: returnValue.string };
  }
  if ("bytes" in returnValue) return { status: 200, body: returnValue.bytes };
  const json = "json" in returnValue ? returnValue.json : JSON.stringify(Object.values(returnValue)[0]);
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body: json };
}

function fromRpcResponse({ statusCode, headers = {}, cookies = [], body }: RpcHttp): Reply {
  const setCookies = cookies.map(formatCookie);
  return {
    status: Number(statusCode ?? 200),
    headers: { ...headers, ...(setCookies.length === 0 ? {} : { "set-cookie": setCookies }) },
    ...(body === undefined ? {} : { body: body.bytes }),
  };
}

/** @see RFC 6265, section 4.1.1; ASP.NET adds the path and encodes the value in the same way. */
function formatCookie(cookie: RpcHttpCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  if (cookie.maxAge !== undefined) parts.push(`max-age=${Math.trunc(cookie.maxAge.value)}`);
  if (cookie.domain !== undefined) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? "/"}`);
  if (cookie.expires !== undefined)
    parts.push(`expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.secure?.value === true) parts.push("secure");
  if (cookie.sameSite === "lax" || cookie.sameSite === "strict") parts.push(`samesite=${cookie.sameSite}`);
  if (cookie.sameSite === "explicitNone") parts.push("samesite=none");
  if (cookie.httpOnly?.value === true) parts.push("httponly");
  return parts.join("; ");
}

/** The request's URL as the caller addressed it. */
export function absoluteUrl(request: IncomingMessage): string {
  const scheme = "encrypted" in request.socket ? "https" : "http";
  return `${scheme}://${request.headers.host ?? "localhost"}${request.url ?? "/"}`;
}

/** Lower-case names; repeated lines are joined with `,` as in ASP.NET's StringValues. */
export function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(",")]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Keys that differ only by case are merged under the first spelling; repeated values are joined with `,`. */
function joinedQuery(url: URL): Record<string, string> {
  const query = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of url.searchParams) {
    const entry = query.get(name.toLowerCase()) ?? { name, values: [] };
    entry.values.push(value);
    query.set(name.toLowerCase(), entry);
  }
  return Object.fromEntries([...query.values()].map(({ name, values }) => [name, values.join(",")]));
}
