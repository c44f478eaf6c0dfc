import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fromUrlSafeBase64 } from "../contract/base64.ts";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { ExecutorResult, SessionReference } from "../contract/executor-call.ts";
import type { RunFile } from "../contract/run-files.ts";
import type { StepRecord } from "../contract/run-result.ts";
import type { StepDetails } from "../contract/step-details.ts";
import { inParallel } from "./in-parallel.ts";
import type { RunBlobs } from "./run-blobs.ts";
import type { SessionParts } from "./session-parts.ts";
import { loadSession } from "./step-contents.ts";
import { hashesOf, readManifest } from "./stored-manifest.ts";

type Completed = Extract<ExecutorResult, { kind: "completed" }>;

/** Contents below one prefix: those of a run, or of a cache entry. */
export type Place = {
  id: string;
  blobs: Pick<RunBlobs, "load" | "save" | "listFiles" | "loadFile" | "saveFile">;
  sessions: SessionParts;
};

/** The step's session was removed to save disk space: see SessionParts. */
export class SessionGone extends Error {}

/** Copies contents of steps from one place to another, so that either can be removed without the other. */
export class ContentCopy {
  readonly #from: Place;
  readonly #to: Place;
  readonly #hashes = new Set<string>();

  constructor(from: Place, to: Place) {
    this.#from = from;
    this.#to = to;
  }

  /** @throws SessionGone */
  async session(reference: SessionReference | undefined): Promise<SessionReference | undefined> {
    if (reference === undefined) return undefined;
    const [from, to] = [this.#from, this.#to];
    const session = await loadSession(from.id, reference.blob, from.blobs);
    if (session.kind === "plain") return { ...reference, blob: await this.#copy("session", reference.blob) };
    if (!(await from.sessions.copy(from.id, to, session.description))) throw new SessionGone();
    return { ...reference, blob: await this.#copy("parts", reference.blob) };
  }

  /** The session of a run's last step is in its result. */
  async sessionOf({
    session: blob,
    session_context: inline,
    python,
  }: Completed): Promise<SessionReference | undefined> {
    if (blob !== undefined) return this.session({ blob, python });
    const content = inline === undefined ? undefined : fromUrlSafeBase64(inline);
    return content && { blob: await this.#to.blobs.save(this.#to.id, "session", content), python };
  }

  /** With the files that their outputs need. Readers look for these below their own run, under the same names. */
  async details(details: NonNullable<StepRecord["details"]>): Promise<NonNullable<StepRecord["details"]>> {
    const isInline = "cells" in details;
    const content = isInline ? undefined : await this.#from.blobs.load(this.#from.id, details);
    const { assets = {} } = isInline ? details : (JSON.parse(String(content)) as StepDetails);
    for (const asset of Object.values(assets)) await this.#copy("asset", asset);
    return content === undefined ? details : this.#to.blobs.save(this.#to.id, "details", content);
  }

  async manifest(reference: BlobReference): Promise<BlobReference> {
    const content = await this.#from.blobs.load(this.#from.id, reference);
    const stored = readManifest(content);
    if ("wrong" in stored) throw new Error(stored.wrong);
    this.add(stored.files.filter((file) => file.kind !== "file" || !stored.inline.has(file.sha256)));
    return this.#to.blobs.save(this.#to.id, "files", content);
  }

  /** Adds files whose contents `files` will copy. */
  add(files: readonly RunFile[]): void {
    for (const sha256 of hashesOf(files)) this.#hashes.add(sha256);
  }

  /** Through the disk, because a file may be larger than memory. */
  async files(): Promise<void> {
    if (this.#hashes.size === 0) return;
    const there = await this.#to.blobs.listFiles(this.#to.id);
    const missing = [...this.#hashes].filter((sha256) => !there.has(sha256));
    const folder = await mkdtemp(path.join(tmpdir(), "same-kept-"));
    try {
      await inParallel(missing, async (sha256) => {
        const file = path.join(folder, sha256);
        await this.#from.blobs.loadFile(this.#from.id, sha256, file);
        await this.#to.blobs.saveFile(this.#to.id, sha256, file);
        await rm(file, { force: true });
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #copy(kind: "session" | "parts" | "asset", reference: BlobReference): Promise<BlobReference> {
    return this.#to.blobs.save(this.#to.id, kind, await this.#from.blobs.load(this.#from.id, reference));
  }
}
