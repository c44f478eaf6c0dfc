// Serves the page's files, with headers that prevent foreign text in them from acting as code.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import type { WebhookResponse } from "../shared/http-message.ts";

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "main.js": "text/javascript; charset=utf-8",
  "style.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Scripts in foreign content, for example in a figure, run in a separate origin and can reach nothing. */
const FOREIGN_POLICY = [
  "sandbox allow-scripts",
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
  "frame-ancestors 'self'",
].join("; ");

export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": PAGE_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** @returns null if the page has no such file. */
export async function readAsset(name: string): Promise<WebhookResponse | null> {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return null;
  const body = await readFile(path.join(packageRoot(), "dist", "inspector", name)).catch(() => null);
  if (body === null) return null;
  return { status: 200, headers: { "content-type": type, "cache-control": "no-cache" }, body };
}

const FOREIGN_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
};
const TEXT_TYPES = new Set([".txt", ".log", ".csv", ".tsv", ".md", ".py", ".ipynb", ".yaml", ".yml"]);

/** A file produced by a run: shown in a sandbox, or downloaded if a browser cannot show it. */
export function foreignFile(name: string, body: Buffer): WebhookResponse {
  const extension = path.posix.extname(name).toLowerCase();
  const type = FOREIGN_TYPES[extension] ?? (TEXT_TYPES.has(extension) ? "text/plain; charset=utf-8" : null);
  const isShown = type !== null;
  return {
    status: 200,
    headers: {
      "content-type": type ?? "application/octet-stream",
      "content-security-policy": FOREIGN_POLICY,
      "cache-control": "no-store",
      ...(isShown ? {} : { "content-disposition": "attachment" }),
    },
    body,
  };
}
