import type { BlobReference } from "../contract/blob-reference.ts";
import type { BlobKind } from "./run-blob-names.ts";

export type BlobRange = { offset: number; count: number };

/** A part of a blob, and the total size of the blob. */
export type BlobPart = { content: Buffer; sizeBytes: number };

/** Contents of runs in the app's own storage account, addressed by their hash. */
export type RunBlobs = {
  /** Starts to load the client and to connect, in advance of a later save. */
  open(): void;
  /** Stores the bytes below the run's own prefix; equal contents are stored once. */
  save(instanceId: string, kind: BlobKind, content: Uint8Array): Promise<BlobReference>;
  /** The result of an earlier `save` of the same content; undefined if there was none. */
  find(instanceId: string, kind: BlobKind, sha256: string): Promise<BlobReference | undefined>;
  /** @throws Error if the blob is missing, belongs to another run, or has a different content. */
  load(instanceId: string, reference: BlobReference): Promise<Buffer>;
  /** Replaces the saved progress of the current step. */
  saveProgress(instanceId: string, content: Uint8Array): Promise<void>;
  /** @returns undefined if there is none. */
  loadProgress(instanceId: string): Promise<Buffer | undefined>;
  /**
   * Some bytes of a blob of the run.
   *
   * @param name - Without the run's prefix; it cannot point outside of it.
   * @returns undefined if there is none.
   */
  loadPart(instanceId: string, name: string, range: BlobRange): Promise<BlobPart | undefined>;
  /** The manifests of the run's files, the oldest first. */
  listManifests(instanceId: string): Promise<BlobReference[]>;
  /** The hashes of the files that are stored for a run's workspace, without those that are in a manifest. */
  listFiles(instanceId: string): Promise<ReadonlySet<string>>;
  /** Stores a file of the run's workspace under its hash. */
  saveFile(instanceId: string, sha256: string, source: string | Uint8Array): Promise<void>;
  /** Writes a new file. @throws Error if the blob is missing or has a different content. */
  loadFile(instanceId: string, sha256: string, target: string): Promise<void>;
  /** Sizes of the parts of the run's sessions, by hash, the latest first. */
  listSessionParts(instanceId: string): Promise<ReadonlyMap<string, number>>;
  saveSessionPart(instanceId: string, sha256: string, file: string): Promise<void>;
  /** Writes a new file. @returns false if there is none. @throws Error if its content is different. */
  loadSessionPart(instanceId: string, sha256: string, target: string): Promise<boolean>;
  removeSessionParts(instanceId: string, hashes: readonly string[]): Promise<void>;
};
