import type { Collection, Doc } from "./loki.ts";

/**
 * The documents of a LokiJS collection indexed by two keys, each group in the order of insertion. Replaces LokiJS's own
 * indexes, which are sorted arrays: a query uses only the index of its first key, and every insertion and removal
 * copies part of the array.
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

  /** @returns `null` if there is no such document, as in LokiJS. */
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

/** @returns A function that gives the index of a collection, creating it on first use. */
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
