// Builds the request to an HTTP function from the values of its form.

import type { PlainRequest } from "../parts/curl.ts";
import { fillUrl, type UrlPart } from "./url-template.ts";

export type HttpForm = {
  method: string;
  /** By route parameter name. */
  route: Readonly<Record<string, string>>;
  /** `a=1&b=2`, with or without `?`. */
  query: string;
  /** `name: value`, one per line. */
  headers: string;
  body: string;
};

const ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** @param methods - The function's methods; none: all. */
export function methodsOf(methods: readonly string[] = []): readonly string[] {
  return methods.length === 0 ? ALL_METHODS : methods;
}

export function takesBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** A JSON body gets a JSON content type unless another one is given. */
export function toRequest(template: readonly UrlPart[], form: HttpForm): PlainRequest {
  const { method, route, query } = form;
  const search = query.trim().replace(/^\?/, "");
  const url = `${fillUrl(template, route)}${search === "" ? "" : `?${search}`}`;
  const headers = parseHeaderLines(form.headers).headers;
  if (!takesBody(method) || form.body === "") return { method, url, headers };
  const hasType = headers.some(([name]) => name.toLowerCase() === "content-type");
  const type = isJson(form.body) ? "application/json" : "text/plain";
  return { method, url, headers: hasType ? headers : [...headers, ["content-type", type]], body: form.body };
}

type HeaderLines = { headers: (readonly [string, string])[]; problem: string | undefined };

/** Parses header lines of the form `name: value`; `problem` describes the first invalid line. */
export function parseHeaderLines(text: string): HeaderLines {
  const headers: (readonly [string, string])[] = [];
  let problem: string | undefined;
  for (const line of text.split("\n").filter((it) => it.trim() !== "")) {
    const [, name, value = ""] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) problem ??= `"${line.trim()}" is not a header: write NAME: VALUE.`;
    else headers.push([name, value]);
  }
  return { headers, problem };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
