import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import type { BlobReference } from "../contract/blob-reference.ts";
import { partBlobName } from "../contract/session-parts.ts";
import { inParallel } from "./in-parallel.ts";
import { managedIdentityCredential } from "./managed-identity.ts";
import { RecentContents } from "./recent-contents.ts";

export type BlobKind = keyof typeof EXTENSIONS;

/** A part of a blob, and how large all of it is. */
export type BlobPart = { content: Buffer; sizeBytes: number };

/** Contents of runs in the app's own storage account, addressed by what they hold. */
export type RunBlobs = {
  /** Starts to load and connect, ahead of a later save. */
  open(): void;
  /** Stores the bytes below the run's own prefix, once however often they are given. */
  save(instanceId: string, kind: BlobKind, content: Uint8Array): Promise<BlobReference>;
  /** What `save` answered for the same content; undefined where it is not there. */
  find(instanceId: string, kind: BlobKind, sha256: string): Promise<BlobReference | undefined>;
  /** @throws Error where the blob is gone, is another run's, or does not hold what it held. */
  load(instanceId: string, reference: BlobReference): Promise<Buffer>;
  /** Replaces what was saved of the step that runs now. */
  saveProgress(instanceId: string, content: Uint8Array): Promise<void>;
  /** @returns undefined where there is none. */
  loadProgress(instanceId: string): Promise<Buffer | undefined>;
  /**
   * Some bytes of a blob of the run.
   *
   * @param name - Without the run's prefix; it cannot lead out of it.
   * @returns undefined where there is none.
   */
  loadPart(instanceId: string, name: string, range: { offset: number; count: number }): Promise<BlobPart | undefined>;
  /** The hashes of the files that were saved for a run's workspace. */
  listFiles(instanceId: string): Promise<ReadonlySet<string>>;
  /** A file of the run's workspace, by what it holds. */
  saveFile(instanceId: string, sha256: string, source: string | Uint8Array): Promise<void>;
  /** Into a new file. @throws Error where the blob is gone, or is not what it was. */
  loadFile(instanceId: string, sha256: string, target: string): Promise<void>;
  /** Sizes of the parts of the run's sessions, by hash, the latest first. */
  listSessionParts(instanceId: string): Promise<ReadonlyMap<string, number>>;
  saveSessionPart(instanceId: string, sha256: string, file: string): Promise<void>;
  /** Into a new file. @returns false where there is none. @throws Error where it is not what it was. */
  loadSessionPart(instanceId: string, sha256: string, target: string): Promise<boolean>;
  removeSessionParts(instanceId: string, hashes: readonly string[]): Promise<void>;
};

/** `session`: in the form that dill's own users read, as earlier versions stored it. `parts`: a SessionDescription. */
const EXTENSIONS = {
  session: "dill",
  parts: "json",
  source: "bin",
  details: "json",
  asset: "bin",
  files: "json",
} as const;
const PROGRESS_NAME = "progress.json";

/**
 * Opens the account of `AzureWebJobsStorage`: a connection string, or an account name used with the app's managed identity.
 *
 * The blobs lie in the hub's container for large messages below the instance's ID: what Durable Functions itself removes when it
 * purges an instance.
 *
 * @see Azure/durabletask, DurableTask.AzureStorage/MessageManager.cs, DeleteLargeMessageBlobs
 */
export function openRunBlobs(env: NodeJS.ProcessEnv, taskHubName: string): RunBlobs {
  return openBlobs(env, `${taskHubName.toLowerCase()}-largemessages`);
}

/** The same in another container of the account. */
export function openBlobs(env: NodeJS.ProcessEnv, containerName: string): RunBlobs {
  const container = async () => (await openAccount(env)).getContainerClient(containerName);
  return {
    open: () => void openAccount(env).catch(() => {}), // Reported by the call that needs it.
    async save(instanceId, kind, content) {
      const sha256 = hashOfContent(content);
      const name = blobName(instanceId, kind, sha256);
      await upload(await container(), name, content).catch((error) => {
        throw storageFailure(
          `The ${kind} of ${content.byteLength} bytes could not be stored as ${containerName}/${name}`,
          error,
        );
      });
      if (kind === "files") recent.keep(`${containerName}/${name}`, content);
      return { container: containerName, name, sizeBytes: content.byteLength, sha256 };
    },
    async find(instanceId, kind, sha256) {
      const name = blobName(instanceId, kind, sha256);
      const kept = recent.peek(`${containerName}/${name}`);
      if (kept !== undefined) return { container: containerName, name, sizeBytes: kept.byteLength, sha256 };
      const blob = (await container()).getBlobClient(name);
      const found = await unlessMissing(() => blob.getProperties());
      return found && { container: containerName, name, sizeBytes: found.contentLength ?? 0, sha256 };
    },
    async load(instanceId, reference) {
      // The reference may have come in from outside, by an orchestration started without the initiator.
      if (reference.container !== containerName || !reference.name.startsWith(`${instanceId}/`)) {
        throw new Error(`The blob ${reference.container}/${reference.name} does not belong to this run.`);
      }
      const kept = recent.take(`${containerName}/${reference.name}`);
      if (kept !== undefined && hashOfContent(kept) === reference.sha256) return kept;
      const blob = (await container()).getBlobClient(reference.name);
      const content = await blob.downloadToBuffer().catch((error) => {
        throw storageFailure(`The blob ${reference.container}/${reference.name} could not be read`, error);
      });
      if (hashOfContent(content) === reference.sha256) return content;
      throw new Error(`The blob ${reference.container}/${reference.name} is not what was stored there.`);
    },
    async saveProgress(instanceId, content) {
      await upload(await container(), `${instanceId}/${PROGRESS_NAME}`, content);
    },
    async loadProgress(instanceId) {
      const blob = (await container()).getBlobClient(`${instanceId}/${PROGRESS_NAME}`);
      return unlessMissing(() => blob.downloadToBuffer());
    },
    async loadPart(instanceId, name, { offset, count }) {
      const blob = (await container()).getBlobClient(`${instanceId}/${name}`);
      return unlessMissing(async () => {
        const { contentLength: sizeBytes = 0 } = await blob.getProperties();
        const length = Math.max(0, Math.min(count, sizeBytes - offset));
        const content = length === 0 ? Buffer.alloc(0) : await blob.downloadToBuffer(offset, length);
        return { content, sizeBytes };
      });
    },
    async listFiles(instanceId) {
      const prefix = `${instanceId}/file-`;
      const hashes = new Set<string>();
      const list = async () => {
        for await (const { name } of (await container()).listBlobsFlat({ prefix })) {
          hashes.add(name.slice(prefix.length, -".bin".length));
        }
      };
      await unlessMissing(list);
      return hashes;
    },
    async saveFile(instanceId, sha256, source) {
      await upload(await container(), fileName(instanceId, sha256), source).catch((error) => {
        throw storageFailure("A file of the step could not be stored", error);
      });
      if (typeof source !== "string") recent.keep(`${containerName}/${fileName(instanceId, sha256)}`, source);
    },
    async loadFile(instanceId, sha256, target) {
      const name = fileName(instanceId, sha256);
      const kept = recent.take(`${containerName}/${name}`);
      if (kept !== undefined) return writeFile(target, kept);
      const blob = (await container()).getBlobClient(name);
      await blob.downloadToFile(target).catch((error) => {
        throw storageFailure(`The blob ${containerName}/${name} could not be read`, error);
      });
      if ((await hashOfFile(target)) === sha256) return;
      throw new Error(`The blob ${containerName}/${name} is not what was stored there.`);
    },
    async listSessionParts(instanceId) {
      const prefix = `${instanceId}/part-`;
      const found: { sha256: string; sizeBytes: number; at: number }[] = [];
      const list = async () => {
        for await (const { name, properties } of (await container()).listBlobsFlat({ prefix })) {
          const sha256 = name.slice(prefix.length, -".bin".length);
          found.push({ sha256, sizeBytes: properties.contentLength ?? 0, at: properties.lastModified.getTime() });
        }
      };
      await unlessMissing(list);
      return new Map(
        found.sort((left, right) => right.at - left.at).map(({ sha256, sizeBytes }) => [sha256, sizeBytes]),
      );
    },
    async saveSessionPart(instanceId, sha256, file) {
      await upload(await container(), `${instanceId}/${partBlobName(sha256)}`, file).catch((error) => {
        throw storageFailure("A part of the step's session could not be stored", error);
      });
    },
    async loadSessionPart(instanceId, sha256, target) {
      const name = `${instanceId}/${partBlobName(sha256)}`;
      const blob = (await container()).getBlobClient(name);
      const isThere = await unlessMissing(() => blob.downloadToFile(target).then(() => true)).catch((error) => {
        throw storageFailure(`The blob ${containerName}/${name} could not be read`, error);
      });
      if (isThere !== true) return false;
      if ((await hashOfFile(target)) === sha256) return true;
      throw new Error(`The blob ${containerName}/${name} is not what was stored there.`);
    },
    async removeSessionParts(instanceId, hashes) {
      const blobs = await container();
      await inParallel(hashes, (sha256) =>
        blobs.getBlobClient(`${instanceId}/${partBlobName(sha256)}`).deleteIfExists(),
      );
    },
  };
}

const blobName = (instanceId: string, kind: BlobKind, sha256: string): string =>
  `${instanceId}/${kind}-${sha256}.${EXTENSIONS[kind]}`;

/** Below the run's own prefix, so that it goes with the run and no other run can lose it. */
const fileName = (instanceId: string, sha256: string): string => `${instanceId}/${fileBlobName(sha256)}`;

/** As clients ask for it. */
const fileBlobName = (sha256: string): string => `file-${sha256}.bin`;

export async function hashOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

export async function unlessMissing<Value>(load: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await load();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Many files of a first run find no container at once; by its URL. */
const creating = new Map<string, Promise<unknown>>();

/** Durable creates the container with its first large message, which may be later. */
export async function upload(container: ContainerClient, name: string, content: string | Uint8Array): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  const send = async () => {
    if (typeof content === "string") await blob.uploadFile(content);
    else await blob.uploadData(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  };
  try {
    await send();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    const creation = creating.get(container.url) ?? container.createIfNotExists();
    creating.set(container.url, creation);
    await creation.finally(() => creating.delete(container.url));
    await send();
  }
}

/** The client's own errors hold the whole request and answer, which mean little to the user of a notebook. */
function storageFailure(what: string, error: unknown): Error {
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  const why = statusCode === undefined ? (code ?? message) : `HTTP ${statusCode} ${code ?? ""}`.trim();
  return new Error(`${what}: the app's storage account failed with ${why}.`, { cause: error });
}

// What a client sends before it starts a run is read again by the first step, which usually follows at once.
const recent = new RecentContents();

let opened: { key: string; account: Promise<BlobServiceClient> } | undefined;

/** One client per account and process: it keeps connections and tokens. */
export async function openAccount(env: NodeJS.ProcessEnv): Promise<BlobServiceClient> {
  const connectionString = env["AzureWebJobsStorage"] ?? "";
  const accountName = env["AzureWebJobsStorage__accountName"];
  const endpoint =
    env["AzureWebJobsStorage__blobServiceUri"] ?? (accountName && `https://${accountName}.blob.core.windows.net`);
  const key = connectionString || endpoint;
  if (!key) throw new Error("The app setting AzureWebJobsStorage is missing: there is no place for session contexts.");
  if (opened?.key !== key) opened = { key, account: connect(connectionString, endpoint ?? "", env) };
  return opened.account;
}

/** Loaded on first use: a run of one small step needs no blob, and the client is half of the app's code. */
async function connect(connectionString: string, endpoint: string, env: NodeJS.ProcessEnv): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  if (connectionString === "") return new BlobServiceClient(endpoint, managedIdentityCredential(env));
  return BlobServiceClient.fromConnectionString(connectionString);
}

export const hashOfContent = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
