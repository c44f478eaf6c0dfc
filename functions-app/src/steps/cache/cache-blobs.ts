// The app's cache of steps, in a container of its own next to those of the task hub:
//
//   KEY/SEEN/entry.json       a result and what it is made of; written last, so that an entry without it is none
//   KEY/SEEN/KIND-SHA256.…    its contents, named as those of a run
//   latest/STEP.json          what the newest entry of a step is made of, to tell what has changed
//
// An entry has all that it needs below its own name: removing it takes nothing from another.

import { openAccount, unlessMissing, upload } from "../blob-account.ts";
import type { RunBlobs } from "../run-blobs.ts";
import { openBlobs } from "../run-blobs.ts";
import { openCachedParts, type SessionParts } from "../session-parts.ts";

export type CacheBlob = { name: string; sizeBytes: number; modifiedAt: Date };

export type CacheBlobs = {
  /** What belongs to entries, below `KEY/SEEN`. */
  contents: RunBlobs;
  /** The parts of their sessions. */
  sessions: SessionParts;
  list(prefix: string): Promise<CacheBlob[]>;
  /** @returns undefined where there is none. */
  read(name: string): Promise<Buffer | undefined>;
  write(name: string, content: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
};

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
      return unlessMissing(() => blob.downloadToBuffer());
    },
    write: async (name, content) => upload(await container(), name, content),
    remove: async (name) => void (await (await container()).getBlobClient(name).deleteIfExists()),
  };
}
