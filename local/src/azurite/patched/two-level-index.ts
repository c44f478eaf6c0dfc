import type { Collection, Doc } from "./loki.ts";

/**
 * The documents of a LokiJS collection by two keys, each group in the order of insertion. It takes the place of LokiJS's own
 * indexes: those are sorted arrays, of which a query uses only the one of its first key, and which every insertion and removal
 * copies in part.
 */
class TwoLevelIndex<Document extends Doc> {
  readonly #groups = new Map<string, Map<string, Document>>();
  readonly #keysOf: (doc: Document) => readonly [group: string, key: string];

  constructor(collection: Collection<Document>, keysOf: (doc: Document) => readonly [group: string, key: string]) {
    this.#keysOf = keysOf;
    collection.binaryIndices = {};
    for (const doc of collection.data) this.#put(doc);
    const put = (docs: Document | Document[]) => {
      for (const doc of [docs].flat()) this.#put(doc as Document);
    };
    collection.on("insert", put);
    collection.on("update", put);
    collection.on("delete", (docs) => {
      for (const doc of [docs].flat()) this.#take(doc as Document);
    });
  }

  /** @returns `null` where there is none, as LokiJS answers. */
  find(group: string, key: string): Document | null {
    return this.#groups.get(group)?.get(key) ?? null;
  }

  inGroup(group: string): Document[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  #put(doc: Document): void {
    const [group, key] = this.#keysOf(doc);
    const docs = this.#groups.get(group);
    if (docs === undefined) this.#groups.set(group, new Map([[key, doc]]));
    else docs.set(key, doc);
  }

  #take(doc: Document): void {
    const [group, key] = this.#keysOf(doc);
    const docs = this.#groups.get(group);
    if (docs?.get(key) !== doc) return;
    docs.delete(key);
    if (docs.size === 0) this.#groups.delete(group);
  }
}

/** @returns The index of a collection, created on first use. */
export function indexesBy<Document extends Doc>(
  keysOf: (doc: Document) => readonly [group: string, key: string],
): (collection: Collection<Document>) => TwoLevelIndex<Document> {
  const indexes = new WeakMap<Collection<Document>, TwoLevelIndex<Document>>();
  return (collection) => {
    const index = indexes.get(collection) ?? new TwoLevelIndex(collection, keysOf);
    indexes.set(collection, index);
    return index;
  };
}
