// The lines of a journal: what each contains, and what they amount to when they are read again.

import type { Collection, Database, Doc } from "./loki.ts";

/** A database as LokiJS writes it, plus a generation number by which a journal names the snapshot it belongs to. */
export type Snapshot = { collections: SavedCollection[]; sameKitGeneration?: number };
export type SavedCollection = Pick<Collection, "name" | "data" | "maxId" | "binaryIndices">;

/** The first line. It names the snapshot that the journal belongs to. */
export type Header = { generation: number };

/** The changes of one save in one collection. */
export type SavedChange = { name: string; maxId: number; changed: Doc[]; removed: number[] };
/** If the collections are others than before, the database without documents, and the names of those that are left. */
export type Reshaped = { shape: Snapshot; kept: string[] };
/** The changes of one save. */
export type Line = SavedChange[] | (Reshaped & { changes: SavedChange[] });

const KEPT_EMPTY: ReadonlySet<string> = new Set(["data", "idIndex", "dirtyIds", "values"]);

/** @param kept - Collections whose earlier documents are still in the database. */
export function reshapedTo(db: Database, kept: readonly Collection[]): Reshaped {
  const shape = JSON.stringify(db, (key, value: unknown) =>
    Array.isArray(value) && KEPT_EMPTY.has(key) ? [] : db.serializeReplacer(key, value),
  );
  return { shape: JSON.parse(shape) as Snapshot, kept: kept.map(({ name }) => name) };
}

export const toLine = (line: Line): string => `${JSON.stringify(line)}\n`;

export function isContinuing(header: Header, { sameKitGeneration = 0 }: Snapshot): boolean {
  // LokiJS drops the number from a snapshot that it writes, so no journal belongs to one without.
  return sameKitGeneration !== 0 && header.generation === sameKitGeneration;
}

/** Applies the lines of a journal to the snapshot before them. */
export class Replay {
  #shape: Snapshot;
  #docs = new Map<string, Map<number, Doc>>();
  #applied = 0;
  /** Whether the lines contain all documents, so that the snapshot was ignored. */
  isComplete = false;

  constructor(snapshot: Snapshot) {
    this.#shape = snapshot;
  }

  apply(line: Line): void {
    if (!Array.isArray(line)) this.#reshape(line);
    for (const { name, maxId, changed, removed } of Array.isArray(line) ? line : line.changes) {
      const collection = this.#shape.collections.find((it) => it.name === name);
      if (collection === undefined) continue;
      const docs = this.#docsOf(collection);
      for (const id of removed) docs.delete(id);
      for (const doc of changed) docs.set(doc.$loki, doc);
      this.#applied += changed.length;
      collection.maxId = maxId;
    }
  }

  /** How many of the documents in the lines were not replaced or removed by a later line; 0 to 1. */
  shareInUse(): number {
    const inUse = [...this.#docs.values()].reduce((sum, docs) => sum + docs.size, 0);
    return this.#applied === 0 ? 1 : inUse / this.#applied;
  }

  /** @returns The database as LokiJS loads it. */
  finish(): Snapshot {
    for (const collection of this.#shape.collections) {
      const docs = this.#docs.get(collection.name);
      // LokiJS looks up documents by number with a binary search.
      if (docs !== undefined) collection.data = [...docs.values()].sort((left, right) => left.$loki - right.$loki);
    }
    return this.#shape;
  }

  #docsOf({ name, data }: SavedCollection): Map<number, Doc> {
    const docs = this.#docs.get(name) ?? new Map(data.map((doc) => [doc.$loki, doc]));
    this.#docs.set(name, docs);
    return docs;
  }

  #reshape({ shape, kept }: Reshaped): void {
    const before = this.#shape.collections;
    this.#docs = new Map(before.filter(({ name }) => kept.includes(name)).map((it) => [it.name, this.#docsOf(it)]));
    this.#shape = shape;
    if (kept.length === 0) {
      this.isComplete = true;
      this.#applied = 0;
    }
  }
}
