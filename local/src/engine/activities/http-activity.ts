// The built-in activity of `callHttp`. Source: Azure/azure-functions-durable-extension, Listener/TaskHttpActivityShim.cs.

import { isRecord, reasonOf } from "@same-kit/shared";
import { parseTimeSpan } from "../../shared/time-span.ts";
import { formatTraceParent, type SpanContext } from "../../telemetry/index.ts";
import type { InvocationReply } from "../ports.ts";

export type HttpActivityDeps = {
  fetch: typeof globalThis.fetch;
  env: Readonly<Record<string, string | undefined>>;
  /** The span of the activity that sends the request. */
  span?: SpanContext;
};

/** Replaces managed identity, which only Azure has: the token for `tokenSource`. */
export const TOKEN_VARIABLE = "SAME_KIT_HTTP_TOKEN";

// Content headers; the extension passes on only the other headers.
const CONTENT_HEADERS = new Set(["allow", "expires", "last-modified"]);
const WITHOUT_CONTENT = new Set(["GET", "HEAD"]);

/**
 * Sends one request. Every response is a result, whatever its status; a request without a response is an error.
 *
 * @param input - JSON text of `{method, uri, content?, headers?, tokenSource?, timeout?}`.
 */
export async function runHttpActivity(input: string | null, deps: HttpActivityDeps): Promise<InvocationReply> {
  try {
    const request = parseRequest(input, deps);
    const answer = await deps.fetch(request.uri, request.init);
    const content = await answer.text();
    return { kind: "returned", value: { statusCode: answer.status, headers: headersOf(answer.headers), content } };
  } catch (error) {
    return { kind: "threw", message: describe(error), stack: null };
  }
}

function parseRequest(input: string | null, { env, span }: HttpActivityDeps): { uri: string; init: RequestInit } {
  const value: unknown = JSON.parse(input ?? "null");
  if (!isRecord(value)) throw new TypeError("callHttp needs a request.");
  const { uri, method, content, tokenSource, timeout } = value;
  if (typeof uri !== "string" || !URL.canParse(uri)) throw new TypeError(`"${String(uri)}" is not an absolute URL.`);
  const verb = typeof method === "string" ? method.toUpperCase() : "GET";
  const headers = new Headers();
  for (const [name, text] of headerPairs(value["headers"])) headers.append(name, text);
  const hasContent = typeof content === "string" && content !== "" && !WITHOUT_CONTENT.has(verb);
  if (hasContent && !headers.has("content-type")) headers.set("content-type", "text/plain");
  if (/^multipart\//i.test(headers.get("content-type") ?? "")) {
    throw new TypeError("callHttp does not support multipart content.");
  }
  if (isRecord(tokenSource)) headers.set("authorization", `Bearer ${tokenFor(tokenSource, env)}`);
  if (span !== undefined && !headers.has("traceparent")) addTrace(headers, span);
  const limitMs = typeof timeout === "string" ? parseTimeSpan(timeout) : undefined;
  const signal = limitMs === undefined ? null : AbortSignal.timeout(limitMs);
  return { uri, init: { method: verb, headers, signal, ...(hasContent ? { body: content } : {}) } };
}

function addTrace(headers: Headers, span: SpanContext): void {
  headers.set("traceparent", formatTraceParent(span));
  if (span.traceState !== null) headers.set("tracestate", span.traceState);
}

function headerPairs(headers: unknown): [string, string][] {
  if (!isRecord(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value) ? value.map((it) => [name, String(it)]) : [[name, String(value)]],
  );
}

function tokenFor({ kind, resource }: Record<string, unknown>, env: HttpActivityDeps["env"]): string {
  if (kind !== undefined && kind !== "AzureManagedIdentity") {
    throw new TypeError(`A token source of the kind "${String(kind)}" is not supported.`);
  }
  const token = env[TOKEN_VARIABLE];
  if (token !== undefined && token !== "") return token;
  throw new Error(
    `A managed identity's token for ${String(resource)} is only available on Azure; set ${TOKEN_VARIABLE} to the token that callHttp should send.`,
  );
}

function headersOf(headers: Headers): Record<string, string | string[]> {
  const cookies = headers.getSetCookie();
  const shown = [...headers].filter(([name]) => !name.startsWith("content-") && !CONTENT_HEADERS.has(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, name === "set-cookie" ? toOneOrMany(cookies) : value]));
}

const toOneOrMany = (values: string[]): string | string[] => (values.length === 1 ? (values[0] ?? "") : values);

/** `fetch` only reports "fetch failed"; the reason is in the error's cause. */
function describe(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "Reached user specified timeout.";
  const cause = error instanceof Error && error.cause !== undefined ? `: ${reasonOf(error.cause)}` : "";
  return `${reasonOf(error)}${cause}`;
}
