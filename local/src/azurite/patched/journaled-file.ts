import { type FileHandle, open, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { type FileLine, readLines } from "@same-kit/shared";
import { Compaction } from "./compaction.ts";
import { DamagedDataError } from "./damaged-data.ts";
import {
  type Header,
  isContinuing,
  type Line,
  Replay,
  reshapedTo,
  type SavedChange,
  type Snapshot,
  toLine,
} from "./journal-lines.ts";
import type { Collection, Database } from "./loki.ts";

export type Limits = {
  /** Changes of more than this, plus this many times the size of the database, cause the journal to be rewritten. */
  journalBytes: number;
  journalPerWhole: number;
  /** More than this stays in a journal at a clean exit: a snapshot is one string, and V8's strings end at 512 MB. */
  snapshotBytes: number;
  /**
   * At a clean exit, changes of up to this share of a database stay in a journal if the database is larger than
   * `smallBytes`: writing all of it would make each exit slower than the one before.
   */
  changedShare: number;
  smallBytes: number;
};

const MIB = 1024 * 1024;
const LIMITS: Limits = {
  journalBytes: 16 * MIB,
  journalPerWhole: 4,
  snapshotBytes: 384 * MIB,
  changedShare: 0.25,
  smallBytes: 2 * MIB,
};

/**
 * A LokiJS database on disk: a snapshot, and a journal of the changes since. A journal that has become large is
 * rewritten with all documents, which leaves an empty snapshot. A crash at any point leaves the state of the last save:
 * an incomplete last line, or the journal of another snapshot, is ignored.
 */
export class JournaledFile {
  readonly #file: string;
  readonly #journalFile: string;
  readonly #beforeSave: () => Promise<void>;
  readonly #limits: Limits;
  /** Generation of the snapshot; 0 if LokiJS wrote it, or if there is none. */
  #generation = 0;
  #journal: FileHandle | undefined;
  /** Bytes of the journal's complete lines; `undefined` if there is no journal of this snapshot. */
  #journalEnd: number | undefined;
  /** Bytes of changes in the journal since all documents were last written together. */
  #changedBytes = 0;
  /** Bytes of all documents, when they were last written together. */
  #wholeBytes = 0;
  /** The collections as of the last save; a different set is part of the next line. */
  #collections: readonly Collection[] = [];
  #compaction: Compaction | undefined;
  #isClosing = false;
  /** Whether some of the loaded documents came from a journal. */
  hasReplayed = false;

  /** @param beforeSave - Makes durable what the documents refer to, such as extents. */
  constructor(file: string, beforeSave: () => Promise<void>, limits = LIMITS) {
    this.#file = file;
    this.#journalFile = `${file}.journal`;
    this.#beforeSave = beforeSave;
    this.#limits = limits;
  }

  /** Makes the next save the last one; a small database then has no journal. */
  close(): void {
    this.#isClosing = true;
  }

  /** @returns The database as LokiJS loads it; `null` if there is none. */
  async load(): Promise<Snapshot | null> {
    const text = await readFile(this.#file, "utf8").catch(ifMissing);
    if (text === undefined) return null;
    const snapshot = parseSnapshot(this.#file, text);
    this.#generation = snapshot.sameKitGeneration ?? 0;
    this.#wholeBytes = text.length;
    const journal = await open(this.#journalFile, "r").catch(ifMissing);
    if (journal === undefined) return snapshot;
    await rm(draftOf(this.#journalFile), { force: true });
    try {
      return await this.#replay(snapshot, journal);
    } finally {
      await journal.close();
    }
  }

  async #replay(snapshot: Snapshot, journal: FileHandle): Promise<Snapshot> {
    const lines = readLines(journal);
    const first = (await lines.next()).value;
    if (first === undefined) return snapshot;
    if (!isContinuing(this.#parse<Header>(first), snapshot)) return snapshot;
    const replay = new Replay(snapshot);
    let bytes = first.end;
    for await (const line of lines) {
      replay.apply(this.#parse<Line>(line));
      this.hasReplayed = true;
      bytes = line.end;
    }
    this.#journalEnd = bytes;
    if (replay.isComplete) this.#wholeBytes = bytes * replay.shareInUse();
    this.#changedBytes = replay.isComplete ? bytes - this.#wholeBytes : bytes;
    return replay.finish();
  }

  /** A crash leaves complete lines, and the start of another at most. */
  #parse<Content>({ text, end }: FileLine): Content {
    try {
      return JSON.parse(text) as Content;
    } catch (cause) {
      const where = `the line of ${path.basename(this.#journalFile)} that ends at byte ${end}`;
      throw new DamagedDataError(`${where} is not JSON (${(cause as Error).message})`, { cause });
    }
  }

  /** To be called with the database that LokiJS has made of what was loaded. */
  noteLoaded({ collections }: Database): void {
    this.#collections = [...collections];
  }

  /** Saves what `db` marks as changed. Changes during the save are marked for the next one. */
  async save(db: Database): Promise<void> {
    if (!this.#isClosing && this.#compaction?.error !== undefined) throw this.#compaction.error;
    const changes = takeChanges(db);
    try {
      if (this.#isClosing) await this.#saveLast(db, changes);
      else await this.#append(db, changes);
    } catch (error) {
      returnChanges(changes);
      throw error;
    }
  }

  async #saveLast(db: Database, changes: readonly Change[]): Promise<void> {
    await this.#compaction?.cancel();
    this.#compaction = undefined;
    if (this.#journalEnd === undefined && changes.length === 0 && this.#isShaped(db)) return;
    if (!this.#keepsJournal()) return this.#writeSnapshot(db);
    await this.#append(db, changes);
    await this.#journal?.close();
  }

  async #append(db: Database, changes: readonly Change[]): Promise<void> {
    const isShaped = this.#isShaped(db);
    if (isShaped && changes.length === 0) return;
    if (this.#generation === 0) return this.#writeSnapshot(db);
    // Asked now: a compaction that ends during this save contains later changes, but not all of them.
    const isCompacted = this.#compaction?.isReady ?? false;
    const collections = [...db.collections];
    const saved = changes.map(toSaved);
    const kept = collections.filter((it) => this.#collections.includes(it));
    const line = toLine(isShaped ? saved : { ...reshapedTo(db, kept), changes: saved });
    await this.#beforeSave();
    try {
      this.#journal ??= await this.#openJournal();
      await this.#journal.appendFile(line);
      await this.#journal.datasync();
    } catch (error) {
      // The journal may now end in the middle of a line, so it is cut there before the next.
      await this.#journal?.close().catch(() => {});
      this.#journal = undefined;
      throw error;
    }
    this.#collections = collections;
    this.#changedBytes += line.length;
    this.#journalEnd = (this.#journalEnd ?? 0) + Buffer.byteLength(line);
    this.#compaction?.add(line);
    if (isCompacted) await this.#replaceJournal();
    else if (this.#isTooLarge() && !this.#isClosing) this.#compact(db);
  }

  /** A journal whose last line is complete. */
  async #openJournal(): Promise<FileHandle> {
    if (this.#journalEnd === undefined) {
      const header: Header = { generation: this.#generation };
      const text = `${JSON.stringify(header)}\n`;
      await writeFile(this.#journalFile, text, { mode: 0o600 });
      this.#journalEnd = text.length;
    } else await truncate(this.#journalFile, this.#journalEnd);
    return open(this.#journalFile, "a");
  }

  /** Starts to rewrite the journal, in parallel with requests and saves. */
  #compact(db: Database): void {
    this.#compaction ??= new Compaction(db, draftOf(this.#journalFile), { generation: this.#generation });
  }

  async #replaceJournal(): Promise<void> {
    const written = await this.#compaction?.finish(this.#journalFile);
    if (written === undefined) return;
    this.#compaction = undefined;
    await this.#journal?.close();
    this.#journal = written.file;
    this.#journalEnd = written.bytes;
    this.#changedBytes = 0;
    this.#wholeBytes = written.bytes;
    // Frees its space. Azurite loads a database only if this file exists.
    const empty: Snapshot = { collections: [], sameKitGeneration: this.#generation };
    await this.#replaceSnapshot(JSON.stringify(empty));
  }

  /** Whether a clean exit leaves a journal. */
  #keepsJournal(): boolean {
    const { snapshotBytes, changedShare, smallBytes } = this.#limits;
    const isLittle = this.#wholeBytes > smallBytes && this.#changedBytes <= changedShare * this.#wholeBytes;
    return isLittle || this.#wholeBytes + this.#changedBytes > snapshotBytes;
  }

  #isTooLarge(): boolean {
    const { journalBytes, journalPerWhole } = this.#limits;
    return this.#changedBytes > journalBytes + journalPerWhole * this.#wholeBytes;
  }

  #isShaped({ collections }: Database): boolean {
    return collections.length === this.#collections.length && collections.every((it, i) => it === this.#collections[i]);
  }

  /** The journal stays valid until the new snapshot is in place, and is ignored afterwards. */
  async #writeSnapshot(db: Database): Promise<void> {
    const generation = this.#generation + 1;
    const text = Object.assign(db, { sameKitGeneration: generation }).serialize();
    const collections = [...db.collections];
    await this.#beforeSave();
    await this.#replaceSnapshot(text);
    this.#generation = generation;
    this.#collections = collections;
    this.#wholeBytes = text.length;
    this.#changedBytes = 0;
    this.#journalEnd = undefined;
    await this.#journal?.close();
    this.#journal = undefined;
    await rm(this.#journalFile, { force: true });
  }

  async #replaceSnapshot(text: string): Promise<void> {
    const draft = draftOf(this.#file);
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, this.#file);
  }
}

const draftOf = (file: string): string => `${file}~`;

function parseSnapshot(file: string, text: string): Snapshot {
  try {
    const snapshot = JSON.parse(text) as Snapshot;
    if (Array.isArray(snapshot?.collections)) return snapshot;
  } catch (cause) {
    throw new DamagedDataError(`${path.basename(file)} is not JSON (${(cause as Error).message})`, { cause });
  }
  throw new DamagedDataError(`${path.basename(file)} holds no collections`);
}

type Change = { collection: Collection; ids: number[] };

function takeChanges(db: Database): Change[] {
  const changed = db.collections.filter(({ dirty }) => dirty);
  return changed.map((collection) => {
    const ids = [...new Set(collection.dirtyIds)];
    collection.dirty = false;
    collection.dirtyIds = [];
    return { collection, ids };
  });
}

function returnChanges(changes: readonly Change[]): void {
  for (const { collection, ids } of changes) {
    collection.dirty = true;
    collection.dirtyIds.push(...ids);
  }
}

function toSaved({ collection, ids }: Change): SavedChange {
  const found = ids.map((id) => [id, collection.get(id)] as const);
  return {
    name: collection.name,
    maxId: collection.maxId,
    changed: found.flatMap(([, doc]) => (doc === null ? [] : [doc])),
    removed: found.flatMap(([id, doc]) => (doc === null ? [id] : [])),
  };
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
