import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";

const FIXED_TIME = new Date(Date.UTC(2026, 0, 1));

export type TestZipEntry = { path: string; content?: string; mode?: number };

/** A ZIP archive in memory; files have mode 0644 by default. */
export async function makeZip(entries: readonly TestZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content = "", mode = 0o100644 } of entries) {
    zip.addBuffer(Buffer.from(content), path, { mtime: FIXED_TIME, mode });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** The minimum that the cloud accepts as a Node app. */
export const MINIMAL_APP: readonly TestZipEntry[] = [
  { path: "host.json", content: '{"version":"2.0"}' },
  { path: "package.json", content: '{"main":"main.cjs"}' },
  { path: "main.cjs", content: "" },
];
