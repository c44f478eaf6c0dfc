import { writeFile } from "node:fs/promises";
import type { BlobClient, ContainerClient } from "@azure/storage-blob";
import { sha256Of, sha256OfFile } from "@same-kit/shared";
import type { BlobReference } from "../contract/blob-reference.ts";
import { download, openAccount, storageFailure, unlessMissing, upload } from "./blob-account.ts";
import { inParallel } from "./in-parallel.ts";
import { RecentContents } from "./recent-contents.ts";
import { type BlobKind, blobName, fileName, PROGRESS_NAME, partName } from "./run-blob-names.ts";
import type { BlobRange, RunBlobs } from "./run-blobs.ts";

/**
 * Opens the account of `AzureWebJobsStorage`: a connection string, or an account name used with the app's managed identity.
 *
 * The blobs are in the hub's container for large messages, below the instance's ID: Durable Functions itself removes these blobs when
 * it purges an instance.
 *
 * @see Azure/durabletask, DurableTask.AzureStorage/MessageManager.cs, DeleteLargeMessageBlobs
 */
export function openRunBlobs(env: NodeJS.ProcessEnv, taskHubName: string): RunBlobs {
  return openBlobs(env, `${taskHubName.toLowerCase()}-largemessages`);
}

/** The same for another container of the account. */
export function openBlobs(env: NodeJS.ProcessEnv, containerName: string): RunBlobs {
  return new ContainerBlobs(env, containerName);
}

// A client sends files before it starts a run; its first step usually reads them soon after.
const recent = new RecentContents();

class ContainerBlobs implements RunBlobs {
  readonly #env: NodeJS.ProcessEnv;
  readonly #containerName: string;

  constructor(env: NodeJS.ProcessEnv, containerName: string) {
    this.#env = env;
    this.#containerName = containerName;
  }

  open(): void {
    openAccount(this.#env).catch(() => {}); // Reported by the call that needs it.
  }

  async save(instanceId: string, kind: BlobKind, content: Uint8Array): Promise<BlobReference> {
    const sha256 = sha256Of(content);
    const name = blobName(instanceId, kind, sha256);
    await this.#upload(
      name,
      content,
      `The ${kind} of ${content.byteLength} bytes could not be stored as ${this.#path(name)}`,
    );
    if (kind === "files") recent.keep(this.#path(name), content);
    return this.#reference(name, content.byteLength, sha256);
  }

  async find(instanceId: string, kind: BlobKind, sha256: string): Promise<BlobReference | undefined> {
    const name = blobName(instanceId, kind, sha256);
    const kept = recent.peek(this.#path(name));
    if (kept !== undefined) return this.#reference(name, kept.byteLength, sha256);
    const blob = await this.#blob(name);
    const found = await unlessMissing(() => blob.getProperties());
    return found && this.#reference(name, found.contentLength ?? 0, sha256);
  }

  async load(instanceId: string, { container, name, sha256 }: BlobReference): Promise<Buffer> {
    // The reference may come from outside, in an orchestration that was started without the initiator.
    if (container !== this.#containerName || !name.startsWith(`${instanceId}/`)) {
      throw new Error(`The blob ${container}/${name} does not belong to this run.`);
    }
    const kept = recent.take(this.#path(name));
    if (kept !== undefined && sha256Of(kept) === sha256) return kept;
    const blob = await this.#blob(name);
    const { content } = await this.#reading(name, () => download(blob));
    if (sha256Of(content) === sha256) return content;
    throw this.#changed(name);
  }

  async saveProgress(instanceId: string, content: Uint8Array): Promise<void> {
    await upload(await this.#container(), `${instanceId}/${PROGRESS_NAME}`, content);
  }

  async loadProgress(instanceId: string): Promise<Buffer | undefined> {
    const blob = await this.#blob(`${instanceId}/${PROGRESS_NAME}`);
    return (await unlessMissing(() => download(blob)))?.content;
  }

  async loadPart(instanceId: string, name: string, range: BlobRange) {
    const blob = await this.#blob(`${instanceId}/${name}`);
    return unlessMissing(() => download(blob, range));
  }

  async listManifests(instanceId: string): Promise<BlobReference[]> {
    const listed = await this.#list(`${instanceId}/files-`);
    const oldestFirst = listed.sort((left, right) => left.modifiedMs - right.modifiedMs);
    return oldestFirst.map(({ sha256, sizeBytes }) =>
      this.#reference(blobName(instanceId, "files", sha256), sizeBytes, sha256),
    );
  }

  async listFiles(instanceId: string): Promise<ReadonlySet<string>> {
    const listed = await this.#list(`${instanceId}/file-`);
    return new Set(listed.map(({ sha256 }) => sha256));
  }

  async saveFile(instanceId: string, sha256: string, source: string | Uint8Array): Promise<void> {
    const name = fileName(instanceId, sha256);
    await this.#upload(name, source, "A file of the step could not be stored");
    if (typeof source !== "string") recent.keep(this.#path(name), source);
  }

  async loadFile(instanceId: string, sha256: string, target: string): Promise<void> {
    const name = fileName(instanceId, sha256);
    const kept = recent.take(this.#path(name));
    if (kept !== undefined) return writeFile(target, kept);
    const blob = await this.#blob(name);
    await this.#reading(name, () => blob.downloadToFile(target));
    if ((await sha256OfFile(target)) !== sha256) throw this.#changed(name);
  }

  async listSessionParts(instanceId: string): Promise<ReadonlyMap<string, number>> {
    const listed = await this.#list(`${instanceId}/part-`);
    const latestFirst = listed.sort((left, right) => right.modifiedMs - left.modifiedMs);
    return new Map(latestFirst.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));
  }

  async saveSessionPart(instanceId: string, sha256: string, file: string): Promise<void> {
    await this.#upload(partName(instanceId, sha256), file, "A part of the step's session could not be stored");
  }

  async loadSessionPart(instanceId: string, sha256: string, target: string): Promise<boolean> {
    const name = partName(instanceId, sha256);
    const blob = await this.#blob(name);
    const found = await this.#reading(name, () => unlessMissing(() => blob.downloadToFile(target)));
    if (found === undefined) return false;
    if ((await sha256OfFile(target)) === sha256) return true;
    throw this.#changed(name);
  }

  async removeSessionParts(instanceId: string, hashes: readonly string[]): Promise<void> {
    const container = await this.#container();
    await inParallel(hashes, (sha256) => container.getBlobClient(partName(instanceId, sha256)).deleteIfExists());
  }

  async #container(): Promise<ContainerClient> {
    return (await openAccount(this.#env)).getContainerClient(this.#containerName);
  }

  async #blob(name: string): Promise<BlobClient> {
    return (await this.#container()).getBlobClient(name);
  }

  /** Names of blobs end with the hash of their content. */
  async #list(prefix: string): Promise<{ sha256: string; sizeBytes: number; modifiedMs: number }[]> {
    const container = await this.#container();
    const listed: { sha256: string; sizeBytes: number; modifiedMs: number }[] = [];
    await unlessMissing(async () => {
      for await (const { name, properties } of container.listBlobsFlat({ prefix })) {
        listed.push({
          sha256: name.slice(prefix.length, name.lastIndexOf(".")),
          sizeBytes: properties.contentLength ?? 0,
          modifiedMs: properties.lastModified.getTime(),
        });
      }
    });
    return listed;
  }

  async #upload(name: string, content: string | Uint8Array, failure: string): Promise<void> {
    await upload(await this.#container(), name, content).catch((error) => {
      throw storageFailure(failure, error);
    });
  }

  async #reading<Value>(name: string, read: () => Promise<Value>): Promise<Value> {
    return read().catch((error) => {
      throw storageFailure(`The blob ${this.#path(name)} could not be read`, error);
    });
  }

  #changed(name: string): Error {
    return new Error(`The blob ${this.#path(name)} is not what was stored there.`);
  }

  #path(name: string): string {
    return `${this.#containerName}/${name}`;
  }

  #reference(name: string, sizeBytes: number, sha256: string): BlobReference {
    return { container: this.#containerName, name, sizeBytes, sha256 };
  }
}
