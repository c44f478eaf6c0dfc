import os from "node:os";
import path from "node:path";
import type { CacheBlob, CacheBlobs } from "../../functions-app/src/steps/cache/cache-blobs.ts";
import { SessionParts } from "../../functions-app/src/steps/session-parts.ts";
import { MemoryBlobs } from "./memory-blobs.ts";

/** The cache's container in memory. */
export class MemoryCache implements CacheBlobs {
  readonly contents = new MemoryBlobs();
  readonly modifiedAt = new Map<string, Date>();
  now = new Date();
  readonly sessions: SessionParts;

  /** @param folder - For session parts in transit; needed if there are any. */
  constructor(folder = path.join(os.tmpdir(), "same-kit-no-cache")) {
    this.sessions = new SessionParts({ root: folder, isLasting: false, blobs: this.contents });
  }

  async list(prefix: string): Promise<CacheBlob[]> {
    const found = [...this.contents.contents].filter(([name]) => name.startsWith(prefix));
    return found.map(([name, { length }]) => ({
      name,
      sizeBytes: length,
      modifiedAt: this.modifiedAt.get(name) ?? this.now,
    }));
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.contents.contents.get(name);
  }

  async write(name: string, content: Buffer): Promise<void> {
    this.contents.contents.set(name, content);
    this.modifiedAt.set(name, this.now);
  }

  async remove(name: string): Promise<void> {
    this.contents.contents.delete(name);
  }
}
