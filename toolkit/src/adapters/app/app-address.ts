import type { UsageError } from "@same-kit/shared";
import { type ToolkitErrorCode, usageError } from "../../errors.ts";

/** The address of an app, and its access key. */
export type AppAddress = { url: string; accessKey: string | null };

/**
 * @param host - `HOST[:PORT]`, `USER:KEY@HOST` as an upstream client takes it, or a whole http(s) URL.
 * @throws UsageError `ERR_USAGE`; the message never contains the key.
 */
export function parseAppAddress(host: string, options: { useHttp: boolean; accessKey: string | null }): AppAddress {
  const text = /^https?:\/\//i.test(host) ? host : `${options.useHttp ? "http" : "https"}://${host}`;
  if (!URL.canParse(text)) throw notAnAddress(host);
  const url = new URL(text);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw notAnAddress(host);
  const accessKey = options.accessKey ?? decodeKey(url.password, host);
  return { url: url.origin, accessKey };
}

function decodeKey(password: string, host: string): string | null {
  try {
    return password === "" ? null : decodeURIComponent(password);
  } catch {
    throw notAnAddress(host);
  }
}

function notAnAddress(host: string): UsageError<ToolkitErrorCode> {
  const shown = host.includes("@") ? `…@${host.slice(host.lastIndexOf("@") + 1)}` : host;
  return usageError(
    `"${shown}" is not the address of an app.`,
    "Use HOST, HOST:PORT or same:KEY@HOST, such as localhost:7071 or my-app.azurewebsites.net.",
  );
}
