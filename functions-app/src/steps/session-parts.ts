// The large values of a run's sessions, as files named by their hash. A step maps the files in its run's folder and adds new ones.
// If the host gives each instance a folder that exists as long as its history, the parts are only there. Otherwise the folder is a
// cache, and the parts are also blobs of the run.

import { copyFile, link, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { INSTANCE_FILES_VARIABLE, instanceFolder } from "@same-kit/shared";
import type { Machine } from "../contract/limits.ts";
import type { SessionDescription, SessionPart } from "../contract/session-parts.ts";
import { partsOf } from "../contract/session-parts.ts";
import { pythonCacheFolder } from "../python/cache-folder.ts";
import { inParallel } from "./in-parallel.ts";
import type { BlobPart, RunBlobs } from "./run-blobs.ts";

type SessionPartsOptions = {
  /** Contains a folder for each instance. */
  root: string;
  /** The folders exist as long as the instances. */
  isLasting: boolean;
  blobs: PartBlobs;
};

type PartBlobs = Pick<RunBlobs, "saveSessionPart" | "loadSessionPart" | "listSessionParts" | "removeSessionParts">;

// How much space the sessions of earlier steps may use in addition to the latest one: runs can be continued from these steps.
const EARLIER_BYTES = 32 * 1024 * 1024;
const EARLIER_SHARE = 0.15;
// A step that runs longer keeps its parts mapped, and restores them if it needs them again.
const STALE_MS = 10 * 60_000;
const DRAFT = /^draft-/;

/** Uses the folder that `SAME_KIT_INSTANCE_FILES` names if the host sets it, otherwise a cache folder in front of the blobs. */
export function openSessionParts(env: NodeJS.ProcessEnv, taskHubName: string, blobs: PartBlobs): SessionParts {
  const given = env[INSTANCE_FILES_VARIABLE];
  return new SessionParts({ root: given || cacheRoot(env, taskHubName), isLasting: Boolean(given), blobs });
}

/** Parts of cache entries are always blobs. */
export function openCachedParts(env: NodeJS.ProcessEnv, taskHubName: string, blobs: PartBlobs): SessionParts {
  const root = env[INSTANCE_FILES_VARIABLE] || cacheRoot(env, taskHubName);
  return new SessionParts({ root: `${root}-stepcache`, isLasting: false, blobs });
}

function cacheRoot(env: NodeJS.ProcessEnv, taskHubName: string): string {
  // Once per process: if the usual folder belongs to another user, each call returns a different one.
  cacheDir ??= pythonCacheFolder(env);
  return path.join(cacheDir, "sessions", taskHubName.toLowerCase());
}

let cacheDir: string | undefined;

export class SessionParts {
  readonly #options: SessionPartsOptions;

  constructor(options: SessionPartsOptions) {
    this.#options = options;
  }

  /**
   * Prepares a run's folder for a step. A step that has parts to write creates the folder.
   *
   * @param session - The session with which the step starts: its parts are in the folder afterwards.
   * @returns The folder, to which the step adds the parts of its own session.
   */
  async begin(instanceId: string, session: SessionDescription | undefined): Promise<string> {
    const folder = this.#folderOf(instanceId);
    if (!this.#options.isLasting) await this.#removeStale(folder);
    if (session === undefined) return folder;
    if (partsOf(session).length > 0) await mkdir(folder, { recursive: true, mode: 0o700 });
    await inParallel(partsOf(session), (part) => this.#bring(instanceId, part));
    await this.#tidyFolder(folder, session);
    return folder;
  }

  /** Stores the parts that a step wrote to the folder, unless they stay there. */
  async keep(instanceId: string, session: SessionDescription): Promise<void> {
    if (this.#options.isLasting) return;
    const parts = partsOf(session);
    if (parts.length === 0) return;
    const there = await this.#options.blobs.listSessionParts(instanceId);
    const missing = new Set(parts.map(({ sha256 }) => sha256).filter((sha256) => !there.has(sha256)));
    await inParallel([...missing], (sha256) =>
      this.#options.blobs.saveSessionPart(instanceId, sha256, path.join(this.#folderOf(instanceId), sha256)),
    );
  }

  /** Called when the run has ended. Removes parts that its result does not need, except for a share. */
  async tidy(instanceId: string, result: SessionDescription | undefined): Promise<void> {
    const { isLasting, blobs } = this.#options;
    const folder = this.#folderOf(instanceId);
    const kept = result ?? NOTHING;
    if (isLasting) return this.#tidyFolder(folder, kept);
    await this.forget(instanceId);
    const needed = new Set(partsOf(kept).map(({ sha256 }) => sha256));
    const earlier = [...(await blobs.listSessionParts(instanceId))].filter(([sha256]) => !needed.has(sha256));
    const sizes = earlier.map(([name, sizeBytes]) => ({ name, sizeBytes }));
    await blobs.removeSessionParts(instanceId, beyondShare(sizes, kept));
  }

  /** Copies a session's parts to another place. @returns false if some no longer exist. */
  async copy(from: string, to: { id: string; sessions: SessionParts }, session: SessionDescription): Promise<boolean> {
    if (partsOf(session).length > 0) await mkdir(to.sessions.#folderOf(to.id), { recursive: true, mode: 0o700 });
    const copied = await inParallel(partsOf(session), (part) => this.#copyPart(from, to, part));
    if (copied.includes(false)) return false;
    await to.sessions.keep(to.id, session);
    return true;
  }

  /** Removes the worker's folder of a run, if it is only a cache. */
  async forget(instanceId: string): Promise<void> {
    if (!this.#options.isLasting) await rm(this.#folderOf(instanceId), { recursive: true, force: true });
  }

  /**
   * Some bytes of a part by the name that its blob would have.
   *
   * @returns undefined if no lasting folder contains it: then it is a blob.
   */
  async read(
    instanceId: string,
    name: string,
    range: { offset: number; count: number },
  ): Promise<BlobPart | undefined> {
    const sha256 = /^part-([0-9a-f]{64})\.bin$/.exec(name)?.[1];
    if (!this.#options.isLasting || sha256 === undefined) return undefined;
    const file = await open(path.join(this.#folderOf(instanceId), sha256)).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const { size: sizeBytes } = await file.stat();
      const content = Buffer.alloc(Math.max(0, Math.min(range.count, sizeBytes - range.offset)));
      await file.read(content, 0, content.length, range.offset);
      return { content, sizeBytes };
    } finally {
      await file.close();
    }
  }

  /** Measures the memory and disk that limit the size of a session. */
  async measureMachine(): Promise<Machine> {
    await mkdir(this.#options.root, { recursive: true, mode: 0o700 });
    const { blocks, bsize } = await statfs(this.#options.root);
    // Inside a container, the system reports the memory of the whole machine.
    const allowed = process.constrainedMemory();
    const total = os.totalmem();
    return { memoryBytes: allowed > 0 ? Math.min(allowed, total) : total, diskBytes: blocks * bsize };
  }

  #folderOf(instanceId: string): string {
    return instanceFolder(this.#options.root, instanceId);
  }

  async #bring(instanceId: string, part: SessionPart): Promise<void> {
    const file = path.join(this.#folderOf(instanceId), part.sha256);
    if (await hasSize(file, part.sizeBytes)) return;
    if (!(await this.#load(instanceId, part, file))) throw new Error(`A part of the session is gone: ${file}.`);
  }

  /** Copies a part from the blobs into a file. */
  async #load(instanceId: string, { sha256 }: SessionPart, file: string): Promise<boolean> {
    const draft = path.join(path.dirname(file), `draft-${process.pid}-${sha256}`);
    if (!(await this.#options.blobs.loadSessionPart(instanceId, sha256, draft))) return false;
    await rename(draft, file);
    return true;
  }

  /** A hard link takes no additional disk space. */
  async #copyPart(from: string, to: { id: string; sessions: SessionParts }, part: SessionPart): Promise<boolean> {
    const [source, target] = [this.#folderOf(from), to.sessions.#folderOf(to.id)].map((it) =>
      path.join(it, part.sha256),
    ) as [string, string];
    if (await hasSize(target, part.sizeBytes)) return true;
    if (!(await hasSize(source, part.sizeBytes))) return this.#load(from, part, target);
    await link(source, target).catch(() => copyFile(source, target));
    return true;
  }

  /** Only removes what existed before the session: a second execution of this step may be writing the next one. */
  async #tidyFolder(folder: string, session: SessionDescription): Promise<void> {
    const needed = new Set(partsOf(session).map(({ sha256 }) => sha256));
    const names = (await readdir(folder).catch(() => [])).filter((name) => !needed.has(name));
    const found = await Promise.all(
      names.map(async (name) => ({ name, stats: await stat(path.join(folder, name)).catch(() => undefined) })),
    );
    const old = found
      .flatMap(({ name, stats }) => (stats === undefined ? [] : [{ name, stats }]))
      .filter(({ stats }) => stats.mtimeMs <= session.writtenAtMs)
      .sort((left, right) => right.stats.mtimeMs - left.stats.mtimeMs);
    const drafts = old.filter(({ name }) => DRAFT.test(name)).map(({ name }) => name);
    const earlier = old.filter(({ name }) => !DRAFT.test(name));
    const sizes = earlier.map(({ name, stats }) => ({ name, sizeBytes: stats.size }));
    await inParallel([...drafts, ...beyondShare(sizes, session)], (name) =>
      rm(path.join(folder, name), { force: true }),
    );
  }

  /** Removes the folders of runs that have not ended in this process. */
  async #removeStale(own: string): Promise<void> {
    const { root } = this.#options;
    await utimes(own, new Date(), new Date()).catch(() => {}); // It may not exist yet.
    for (const name of await readdir(root).catch(() => [])) {
      const folder = path.join(root, name);
      const found = await stat(folder).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS)
        await rm(folder, { recursive: true, force: true });
    }
  }
}

const NOTHING: SessionDescription = {
  formatVersion: 1,
  pickle: { base64: "" },
  parts: [],
  sizeBytes: 0,
  contentSha256: "",
  writtenAtMs: Number.POSITIVE_INFINITY,
};

async function hasSize(file: string, sizeBytes: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === sizeBytes;
}

/** @param earlier - Latest first. @returns The names of those that exceed the share. */
function beyondShare(
  earlier: readonly { name: string; sizeBytes: number }[],
  { sizeBytes }: Pick<SessionDescription, "sizeBytes">,
): string[] {
  let left = Math.max(EARLIER_BYTES, sizeBytes * EARLIER_SHARE);
  return earlier.flatMap((part) => {
    left -= part.sizeBytes;
    return left < 0 ? [part.name] : [];
  });
}
