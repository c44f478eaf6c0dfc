// A blob of a run as clients request it, wherever the app stores its content.

import type { BlobPart, BlobRange, RunBlobs } from "./run-blobs.ts";
import type { SessionParts } from "./session-parts.ts";
import { readManifest, withoutContents } from "./stored-manifest.ts";

export type ReadableRun = {
  blobs: Pick<RunBlobs, "loadPart" | "listManifests" | "load">;
  sessions: Pick<SessionParts, "read">;
};

const WHOLE: BlobRange = { offset: 0, count: Number.MAX_SAFE_INTEGER };

/**
 * @param name - Without the run's prefix.
 * @returns undefined if there is none.
 */
export async function readRunBlob(
  instanceId: string,
  name: string,
  range: BlobRange,
  { blobs, sessions }: ReadableRun,
): Promise<BlobPart | undefined> {
  if (name.startsWith("files-")) {
    const stored = await blobs.loadPart(instanceId, name, WHOLE);
    return stored && partOf(withoutContents(stored.content), range);
  }
  const part = (await sessions.read(instanceId, name, range)) ?? (await blobs.loadPart(instanceId, name, range));
  const sha256 = /^file-([0-9a-f]{64})\.bin$/.exec(name)?.[1];
  if (part !== undefined || sha256 === undefined) return part;
  const content = await findInline(instanceId, sha256, blobs);
  return content && partOf(content, range);
}

/** The oldest manifest, which the client sent, usually contains all contents of the later ones. */
async function findInline(
  instanceId: string,
  sha256: string,
  blobs: ReadableRun["blobs"],
): Promise<Buffer | undefined> {
  for (const reference of await blobs.listManifests(instanceId)) {
    const stored = readManifest(await blobs.load(instanceId, reference));
    const content = "wrong" in stored ? undefined : stored.inline.get(sha256);
    if (content !== undefined) return content;
  }
  return undefined;
}

function partOf(all: Buffer, { offset, count }: BlobRange): BlobPart {
  return { content: all.subarray(offset, offset + count), sizeBytes: all.length };
}
