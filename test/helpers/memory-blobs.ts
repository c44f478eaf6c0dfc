import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { BlobReference } from "../../functions-app/src/contract/blob-reference.ts";
import type { BlobPart, RunBlobs } from "../../functions-app/src/steps/run-blobs.ts";

/** A run's blobs in memory; `contents` by name. */
export class MemoryBlobs implements RunBlobs {
  readonly contents = new Map<string, Buffer>();
  /** Hashes in the order of `saveFile`. */
  readonly savedFiles: string[] = [];
  /** Hashes in the order of `saveSessionPart`. */
  readonly savedParts: string[] = [];

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

  async find(instanceId: string, kind: string, sha256: string): Promise<BlobReference | undefined> {
    const name = `${instanceId}/${kind}-${sha256}`;
    const content = this.contents.get(name);
    return content && { container: "memory", name, sizeBytes: content.byteLength, sha256 };
  }

  async listManifests(instanceId: string): Promise<BlobReference[]> {
    const prefix = `${instanceId}/files-`;
    const found = [...this.contents].filter(([name]) => name.startsWith(prefix));
    return found.map(([name, { byteLength: sizeBytes }]) => {
      return { container: "memory", name, sizeBytes, sha256: name.slice(prefix.length) };
    });
  }

  async listFiles(instanceId: string): Promise<ReadonlySet<string>> {
    const prefix = `${instanceId}/file-`;
    const names = [...this.contents.keys()].filter((name) => name.startsWith(prefix));
    return new Set(names.map((name) => name.slice(prefix.length, -".bin".length)));
  }

  async saveFile(instanceId: string, sha256: string, source: string | Uint8Array): Promise<void> {
    const content = typeof source === "string" ? await readFile(source) : Buffer.from(source);
    this.contents.set(`${instanceId}/file-${sha256}.bin`, content);
    this.savedFiles.push(sha256);
  }

  async loadFile(instanceId: string, sha256: string, target: string): Promise<void> {
    const content = this.contents.get(`${instanceId}/file-${sha256}.bin`);
    if (content === undefined) throw new Error(`There is no file ${sha256}.`);
    await writeFile(target, content);
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

  async listSessionParts(instanceId: string): Promise<ReadonlyMap<string, number>> {
    const prefix = `${instanceId}/part-`;
    const parts = [...this.contents].filter(([name]) => name.startsWith(prefix)).reverse();
    return new Map(parts.map(([name, content]) => [name.slice(prefix.length, -".bin".length), content.length]));
  }

  async saveSessionPart(instanceId: string, sha256: string, file: string): Promise<void> {
    this.contents.set(`${instanceId}/part-${sha256}.bin`, await readFile(file));
    this.savedParts.push(sha256);
  }

  async loadSessionPart(instanceId: string, sha256: string, target: string): Promise<boolean> {
    const content = this.contents.get(`${instanceId}/part-${sha256}.bin`);
    if (content !== undefined) await writeFile(target, content);
    return content !== undefined;
  }

  async removeSessionParts(instanceId: string, hashes: readonly string[]): Promise<void> {
    for (const sha256 of hashes) this.contents.delete(`${instanceId}/part-${sha256}.bin`);
  }
}
