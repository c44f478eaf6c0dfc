// Names of the blobs of a run, all below the prefix that Durable Functions removes with the instance.

import { partBlobName } from "../contract/session-parts.ts";

/** `session`: the format that dill reads, which earlier versions stored. `parts`: a SessionDescription. */
const EXTENSIONS = {
  session: "dill",
  parts: "json",
  source: "bin",
  details: "json",
  asset: "bin",
  files: "json",
} as const;

export type BlobKind = keyof typeof EXTENSIONS;

/** The saved progress of the current step. */
export const PROGRESS_NAME = "progress.json";

/** Each name contains the hash of the content: equal contents are stored once. */
export const blobName = (instanceId: string, kind: BlobKind, sha256: string): string =>
  `${instanceId}/${kind}-${sha256}.${EXTENSIONS[kind]}`;

/** Below the run's own prefix, so that it is deleted with the run and not with another one. */
export const fileName = (instanceId: string, sha256: string): string => `${instanceId}/${fileBlobName(sha256)}`;

/** The name that clients use. */
const fileBlobName = (sha256: string): string => `file-${sha256}.bin`;

export const partName = (instanceId: string, sha256: string): string => `${instanceId}/${partBlobName(sha256)}`;
