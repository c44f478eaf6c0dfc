// A manifest in the run's storage: the list of files, and the small contents that the client sent with it. These need no blob of their
// own; the manifests of later steps contain them too, as long as they list the files. The contents of files from steps are always blobs.

import { sha256Of } from "@same-kit/shared";
import {
  type FileManifest,
  type FilesRequest,
  INLINE_FILE_BYTES,
  INLINE_FILES_BYTES,
  parseManifest,
  type RunFile,
} from "../contract/run-files.ts";

/** Contents by their SHA-256. */
export type Contents = ReadonlyMap<string, Buffer>;

export type StoredFiles = {
  files: readonly RunFile[];
  /** The contents in the manifest; all others are blobs of the run. */
  inline: Contents;
};

export const NO_FILES: StoredFiles = { files: [], inline: new Map() };

/** @param inline - May contain more than the manifest should: only the contents of listed files that no step left are written. */
export function writeManifest({ files, inline }: StoredFiles): Buffer {
  const manifest: FileManifest = { formatVersion: 1, files: [...files] };
  const kept = [...inlineable(files)].flatMap((sha256): [string, string][] => {
    const content = inline.get(sha256);
    return content === undefined ? [] : [[sha256, content.toString("base64")]];
  });
  const stored: FilesRequest = kept.length === 0 ? manifest : { ...manifest, contents: Object.fromEntries(kept) };
  return Buffer.from(JSON.stringify(stored));
}

/** The manifest may come from outside, in an orchestration that was started without the initiator. */
export function readManifest(stored: Buffer): StoredFiles | { wrong: string } {
  const { contents, ...rest } = Object(JSON.parse(stored.toString("utf8"))) as Record<string, unknown>;
  const unlimited = Number.POSITIVE_INFINITY;
  const manifest = parseManifest(rest, { files: unlimited, fileBytes: unlimited, workspaceBytes: unlimited });
  if ("wrong" in manifest) return manifest;
  const inline = parseContents(contents, manifest.files);
  return "wrong" in inline ? inline : { files: manifest.files, inline: inline.contents };
}

/** The manifest as clients expect it, including those of earlier versions. */
export function withoutContents(stored: Buffer): Buffer {
  const { contents, ...manifest } = JSON.parse(stored.toString("utf8")) as FilesRequest;
  return contents === undefined ? stored : Buffer.from(JSON.stringify(manifest));
}

/** @returns What is wrong, as a sentence, if a content does not match its hash or belongs to no file. */
export function parseContents(
  value: unknown,
  files: readonly RunFile[],
): { contents: Map<string, Buffer> } | { wrong: string } {
  const hashes = new Set(hashesOf(files));
  const contents = new Map<string, Buffer>();
  for (const [sha256, text] of Object.entries(Object(value) as Record<string, unknown>)) {
    if (!hashes.has(sha256)) return { wrong: `The manifest names no file of the content ${JSON.stringify(sha256)}.` };
    const content = Buffer.from(typeof text === "string" ? text : "", "base64");
    const found = sha256Of(content);
    if (found !== sha256) return { wrong: `The content ${sha256} has the SHA-256 ${found}.` };
    contents.set(sha256, content);
  }
  return { contents };
}

/** Decides which contents go into the manifest. They must be small, because each step reads all of them and may write them again. */
export function chooseInline(files: readonly RunFile[], given: Contents): { inline: Contents; others: Contents } {
  const [inline, others] = [new Map<string, Buffer>(), new Map<string, Buffer>()];
  const may = inlineable(files);
  let left = INLINE_FILES_BYTES;
  for (const [sha256, content] of given) {
    const isInline = may.has(sha256) && content.length <= Math.min(left, INLINE_FILE_BYTES);
    (isInline ? inline : others).set(sha256, content);
    if (isInline) left -= content.length;
  }
  return { inline, others };
}

export const hashesOf = (files: readonly RunFile[]): string[] =>
  files.flatMap((file) => (file.kind === "file" ? [file.sha256] : []));

/** Without the contents of files from steps: clients read those as blobs. */
function inlineable(files: readonly RunFile[]): ReadonlySet<string> {
  const left = new Set(hashesOf(files.filter(({ step }) => step !== undefined)));
  return new Set(hashesOf(files).filter((sha256) => !left.has(sha256)));
}
