import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export type AccountKey = { account: string; key: string };

const SIGNED_HEADERS = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/**
 * Whether the request was signed with the account's key.
 *
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function isSigned(request: IncomingMessage, url: URL, { account, key }: AccountKey): boolean {
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(
    stringToSign(request, url, account),
    "utf8",
  );
  const wanted = Buffer.from(`SharedKey ${account}:${signature.digest("base64")}`);
  const given = Buffer.from(request.headers.authorization ?? "");
  return wanted.byteLength === given.byteLength && timingSafeEqual(wanted, given);
}

function stringToSign({ method = "GET", headers }: IncomingMessage, url: URL, account: string): string {
  const signed = SIGNED_HEADERS.map((name) => {
    const value = headers[name] ?? "";
    return name === "content-length" && value === "0" ? "" : String(value);
  });
  const own = Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort()
    .map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const query = [...url.searchParams].map(([name, value]) => `\n${name.toLowerCase()}:${value}`).sort();
  return `${[method, ...signed].join("\n")}\n${own.join("")}/${account}${url.pathname}${query.join("")}`;
}
