import type { IncomingMessage } from "node:http";
import { isSameSecret } from "@same-kit/shared";
import type { AuthLevel } from "../functions/app-function.ts";
import type { KeyStore } from "./key-store.ts";

/** The request's key. If the header is present, the query is ignored. */
export function readKey(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers["x-functions-key"];
  return (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get("code") ?? undefined;
}

/**
 * Whether `key` gives access to a function with this authorization level: `function` accepts the function's own keys,
 * the host's function keys and the master key; `admin` only the master key.
 */
export function opensFunction(
  keys: KeyStore,
  { key, level, functionName }: { key: string | undefined; level: AuthLevel; functionName: string },
): boolean {
  if (level === "anonymous") return true;
  if (key === undefined) return false;
  const accepted = [keys.master()];
  if (level === "function") {
    accepted.push(...keys.list("functionKeys").values(), ...keys.list(`function:${functionName}`).values());
  }
  return isOneOf(key, accepted);
}

export function opensAdmin(keys: KeyStore, key: string | undefined): boolean {
  return key !== undefined && isOneOf(key, [keys.master()]);
}

export function opensWebhook(keys: KeyStore, key: string | undefined, extension: string): boolean {
  return key !== undefined && isOneOf(key, [keys.master(), keys.systemKey(extension)]);
}

/** Compares with every candidate even after a match, to take constant time. */
function isOneOf(key: string, candidates: readonly string[]): boolean {
  return candidates.map((candidate) => isSameSecret(key, candidate)).includes(true);
}
