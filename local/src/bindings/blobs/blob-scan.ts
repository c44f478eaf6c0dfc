import type { Clock } from "@same-kit/shared";
import type { BlobContainer } from "../../storage/blob-container.ts";
import { statusOf } from "../../storage/storage-errors.ts";
import type { BlobInbox } from "./blob-inbox.ts";
import type { BlobPattern } from "./blob-path.ts";

// As in Azure's Development environment.
const PAUSE_MS = 2_000;

type BlobScan = {
  container: BlobContainer;
  pattern: BlobPattern;
  functionId: string;
  inbox: BlobInbox;
  isReady(): boolean;
  clock: Clock;
};

/** Looks for new and changed blobs until `signal` aborts. Versions known to be queued are skipped. */
export async function scanContainer(scan: BlobScan, signal: AbortSignal): Promise<void> {
  let known = new Map<string, string>();
  while (!signal.aborted) {
    if (scan.isReady()) known = await lookOnce(scan, known, signal);
    await scan.clock.sleep(PAUSE_MS, signal, { isRoutine: true });
  }
}

async function lookOnce(
  { container, pattern, functionId, inbox }: BlobScan,
  known: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  try {
    for await (const { name: blobName, etag } of container.list()) {
      if (signal.aborted || pattern.match(blobName) === null) continue;
      if (known.get(blobName) !== etag) {
        await inbox.addOnce({ functionId, containerName: container.name, blobName, etag });
      }
      found.set(blobName, etag);
    }
  } catch (error) {
    // The container does not exist yet, or was deleted.
    if (statusOf(error) !== 404) throw error;
  }
  return found;
}
