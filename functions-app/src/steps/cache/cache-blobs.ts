// The app's step cache, in a separate container next to those of the task hub:
//
//   KEY/SEEN/entry.json       a result and its ingredients; written last: without it, the entry is incomplete
//   KEY/SEEN/KIND-SHA256.…    its contents, named like those of a run
//   latest/STEP.json          the ingredients of a step's newest entry, to report what has changed
//
// All data of an entry is below its own name: removing it affects no other entry.

import { download, openAccount, unlessMissing, upload } from "../blob-account.ts";
import { openBlobs } from "../container-blobs.ts";
import type { RunBlobs } from "../run-blobs.ts";
import { openCachedParts, type SessionParts } from "../session-parts.ts";

export type CacheBlob = { name: string; sizeBytes: number; modifiedAt: Date };

export type CacheBlobs = {
  /** The contents of entries, below `KEY/SEEN`. */
  contents: RunBlobs;
  /** The parts of their sessions. */
  sessions: SessionParts;
  list(prefix: string): Promise<CacheBlob[]>;
  /** @returns undefined if there is none. */
  read(name: string): Promise<Buffer | undefined>;
  write(name: string, content: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
};

/** Opens the step cache in the container `<hub>-stepcache`, which is created when the first entry is stored. */
export function openCacheBlobs(env: NodeJS.ProcessEnv, taskHubName: string): CacheBlobs {
  const containerName = `${taskHubName.toLowerCase()}-stepcache`;
  const container = async () => (await openAccount(env)).getContainerClient(containerName);
  const contents = openBlobs(env, containerName);
  return {
    contents,
    sessions: openCachedParts(env, taskHubName, contents),
    async list(prefix) {
      const found: CacheBlob[] = [];
      const list = async () => {
        for await (const { name, properties } of (await container()).listBlobsFlat({ prefix })) {
          found.push({ name, sizeBytes: properties.contentLength ?? 0, modifiedAt: properties.lastModified });
        }
      };
      await unlessMissing(list);
      return found;
    },
    read: async (name) => {
      const blob = (await container()).getBlobClient(name);
      return (await unlessMissing(() => download(blob)))?.content;
    },
    write: async (name, content) => upload(await container(), name, content),
    remove: async (name) => void (await (await container()).getBlobClient(name).deleteIfExists()),
  };
}
