import { createHash } from "node:crypto";
import type { BlobReference } from "../../functions-app/src/contract/run-result.ts";
import type { BlobPart, RunBlobs } from "../../functions-app/src/steps/run-blobs.ts";

/** A run's blobs in memory; `contents` by name. */
export class MemoryBlobs implements RunBlobs {
  readonly contents = new Map<string, Buffer>();

  open(): void {}

  async save(instanceId: string, kind: string, content: Uint8Array): Promise<BlobReference> {
    const sha256 = createHash("sha256").update(content).digest("hex");
    const name = `${instanceId}/${kind}-${sha256}`;
    this.contents.set(name, Buffer.from(content));
    return { container: "memory", name, sizeBytes: content.byteLength, sha256 };
  }

  async load(_instanceId: string, { name }: BlobReference): Promise<Buffer> {
    const content = this.contents.get(name);
    if (content === undefined) throw new Error(`There is no blob ${name}.`);
    return content;
  }

  async saveProgress(instanceId: string, content: Uint8Array): Promise<void> {
    this.contents.set(`${instanceId}/progress.json`, Buffer.from(content));
  }

  async loadProgress(instanceId: string): Promise<Buffer | undefined> {
    return this.contents.get(`${instanceId}/progress.json`);
  }

  async loadPart(
    instanceId: string,
    name: string,
    range: { offset: number; count: number },
  ): Promise<BlobPart | undefined> {
    const all = this.contents.get(`${instanceId}/${name}`);
    const end = range.offset + range.count;
    return all && { content: all.subarray(range.offset, end), sizeBytes: all.length };
  }
}
