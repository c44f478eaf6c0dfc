import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DamagedDataError } from "./damaged-data.ts";
import type { Collection, Database, Doc } from "./loki.ts";

/** A database as LokiJS writes it, plus a generation number by which a journal names the snapshot it belongs to. */
type Snapshot = { collections: SavedCollection[]; sameKitGeneration?: number };
type SavedCollection = Pick<Collection, "name" | "data" | "maxId" | "binaryIndices">;

type Header = { generation: number };
/** The changes of one save: one line of the journal. */
type Entry = { name: string; maxId: number; changed: Doc[]; removed: number[] }[];

// A journal larger than this is replaced with a snapshot. Writing a snapshot blocks Azurite; it is small for the queue
// service, whose messages come and go, and the limit is never reached for tables that only grow.
const JOURNAL_LIMIT_BYTES = 16 * 1024 * 1024;
const JOURNAL_PER_SNAPSHOT = 4;

/**
 * A LokiJS database on disk: a snapshot, and a journal of the changes since. A crash at any point leaves the state of
 * the last save: an incomplete line, or the journal of another snapshot, is ignored.
 */
export class JournaledFile {
  readonly #file: string;
  readonly #journalFile: string;
  readonly #beforeSave: () => Promise<void>;
  #generation = 0;
  #journal: FileHandle | undefined;
  #journalBytes = 0;
  #snapshotBytes = 0;
  /** Names of the snapshot's collections, as JSON; a different set requires a new snapshot. */
  #names = "";
  #isClosing = false;
  /** Whether some of the loaded documents came from a journal. */
  hasReplayed = false;

  /** @param beforeSave - Makes durable what the documents refer to, such as extents. */
  constructor(file: string, beforeSave: () => Promise<void>) {
    this.#file = file;
    this.#journalFile = `${file}.journal`;
    this.#beforeSave = beforeSave;
  }

  /** Makes the next save the last one; it leaves a snapshot without a journal. */
  close(): void {
    this.#isClosing = true;
  }

  /** @returns The database as LokiJS loads it; `null` if the file does not exist. */
  async load(): Promise<Snapshot | null> {
    const text = await readText(this.#file);
    if (text === undefined) return null;
    const snapshot = parseSnapshot(this.#file, text);
    this.#generation = snapshot.sameKitGeneration ?? 0;
    const { isLeft, entries } = await this.#readJournal();
    replay(snapshot, entries);
    this.hasReplayed = entries.length > 0;
    // A journal left by a crash may end in the middle of a line, so it cannot be appended to.
    if (!isLeft) this.#names = namesOf(snapshot);
    this.#snapshotBytes = text.length;
    return snapshot;
  }

  /** Saves what `db` marks as changed. Changes during the save are marked for the next one. */
  async save(db: Database): Promise<void> {
    const needsSnapshot = this.#needsSnapshot(db);
    const changes = takeChanges(db);
    try {
      if (needsSnapshot) await this.#writeSnapshot(db);
      else if (changes.length > 0) await this.#writeChanges(changes);
    } catch (error) {
      returnChanges(changes);
      throw error;
    }
  }

  #needsSnapshot(db: Database): boolean {
    if (namesOf(db) !== this.#names) return true;
    if (this.#isClosing) return this.#journal !== undefined || db.collections.some(({ dirty }) => dirty);
    return this.#journalBytes > JOURNAL_LIMIT_BYTES + JOURNAL_PER_SNAPSHOT * this.#snapshotBytes;
  }

  async #writeChanges(changes: readonly Change[]): Promise<void> {
    const line = `${JSON.stringify(changes.map(toSaved))}\n`;
    await this.#beforeSave();
    try {
      this.#journal ??= await this.#startJournal();
      await this.#journal.appendFile(line);
      await this.#journal.datasync();
    } catch (error) {
      // The journal may now end in the middle of a line, so it cannot be appended to.
      this.#names = "";
      throw error;
    }
    this.#journalBytes += line.length;
  }

  async #startJournal(): Promise<FileHandle> {
    const header: Header = { generation: this.#generation };
    await writeFile(this.#journalFile, `${JSON.stringify(header)}\n`, { mode: 0o600 });
    return open(this.#journalFile, "a");
  }

  /** The previous snapshot's journal stays valid until the new snapshot is in place, and is ignored afterwards. */
  async #writeSnapshot(db: Database): Promise<void> {
    const generation = this.#generation + 1;
    const text = Object.assign(db, { sameKitGeneration: generation }).serialize();
    const names = namesOf(db);
    await this.#beforeSave();
    const draft = `${this.#file}~`;
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, this.#file);
    this.#generation = generation;
    this.#names = names;
    this.#snapshotBytes = text.length;
    this.#journalBytes = 0;
    await this.#journal?.close();
    this.#journal = undefined;
    await rm(this.#journalFile, { force: true });
  }

  async #readJournal(): Promise<{ isLeft: boolean; entries: Entry[] }> {
    const text = await readText(this.#journalFile);
    const [header = "", ...lines] = (text ?? "").split("\n");
    const isOurs = (parseLine(header) as Header | undefined)?.generation === this.#generation;
    const entries = isOurs ? lines.map((line) => parseLine(line) as Entry | undefined) : [];
    // The last line is empty or incomplete.
    const end = entries.indexOf(undefined);
    return { isLeft: text !== undefined, entries: entries.slice(0, end) as Entry[] };
  }
}

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

function toSaved({ collection, ids }: Change): Entry[number] {
  const found = ids.map((id) => [id, collection.get(id)] as const);
  return {
    name: collection.name,
    maxId: collection.maxId,
    changed: found.flatMap(([, doc]) => (doc === null ? [] : [doc])),
    removed: found.flatMap(([id, doc]) => (doc === null ? [id] : [])),
  };
}

function replay({ collections }: Snapshot, entries: readonly Entry[]): void {
  for (const collection of collections) {
    const changes = entries.flatMap((entry) => entry.filter(({ name }) => name === collection.name));
    if (changes.length === 0) continue;
    const docs = new Map(collection.data.map((doc) => [doc.$loki, doc]));
    for (const { changed, removed } of changes) {
      for (const id of removed) docs.delete(id);
      for (const doc of changed) docs.set(doc.$loki, doc);
    }
    // LokiJS looks up documents by number with a binary search.
    collection.data = [...docs.values()].sort((left, right) => left.$loki - right.$loki);
    collection.maxId = changes.at(-1)?.maxId ?? collection.maxId;
  }
}

const namesOf = ({ collections }: { collections: readonly { name: string }[] }): string =>
  JSON.stringify(collections.map(({ name }) => name));

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
