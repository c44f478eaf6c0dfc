// The span file in a state folder. Each line is an ExportTraceServiceRequest in JSON, the format that the collector's
// file exporter writes and its file receiver reads.

import { appendFile, open, rename, stat } from "node:fs/promises";
import path from "node:path";
import { makePrivateFolder, reasonOf } from "@same-kit/shared";
import type { SpanExporter } from "./batch-exporter.ts";
import { toOtlpRequest } from "./otlp-json.ts";
import type { Attributes } from "./span.ts";

export const SPAN_FILE = "spans.jsonl";
/** The previous content of the file, moved here when it became too large. */
export const OLDER_SPAN_FILE = "spans.1.jsonl";

const DELAY_MS = 200;
const MAX_BYTES = 8 * 1024 * 1024;
const PRIVATE_FILE_MODE = 0o600;

/** Appends to the file in `folder`, which hosts may share. Two files of 8 MiB are kept. */
export function createSpanFileExporter(folder: string, resource: Attributes, maxBytes = MAX_BYTES): SpanExporter {
  const file = path.join(folder, SPAN_FILE);
  let isOpen = false;
  return {
    description: file,
    advice: "Free space on the disk, or make the folder writable.",
    delayMs: DELAY_MS,
    async export(spans) {
      try {
        if (!isOpen) await makePrivateFolder(folder);
        const line = `${JSON.stringify(toOtlpRequest(spans, resource))}\n`;
        await makeRoom(file, Buffer.byteLength(line), maxBytes);
        const start = isOpen || (await endsWithLine(file)) ? "" : "\n";
        await appendFile(file, start + line, { mode: PRIVATE_FILE_MODE });
        isOpen = true;
        return { kind: "exported" };
      } catch (error) {
        // The folder may be gone, or half a line written.
        isOpen = false;
        return { kind: "unavailable", reason: reasonOf(error) };
      }
    },
  };
}

async function makeRoom(file: string, bytes: number, maxBytes: number): Promise<void> {
  const size = await stat(file).then(
    (it) => it.size,
    () => 0,
  );
  if (size === 0 || size + bytes <= maxBytes) return;
  // Another host may have renamed it in the meantime.
  await rename(file, path.join(path.dirname(file), OLDER_SPAN_FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** A killed host may have left half a line. */
async function endsWithLine(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (handle === null) return true;
  try {
    const { size } = await handle.stat();
    if (size === 0) return true;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString("latin1") === "\n";
  } finally {
    await handle.close();
  }
}
