// The parts of LokiJS that patched code uses; LokiJS ships no types.

/** LokiJS numbers the documents of a collection in ascending order of insertion. */
export type Doc = { $loki: number };

export type Collection<Document extends Doc = Doc> = {
  name: string;
  data: Document[];
  maxId: number;
  dirty: boolean;
  /** Documents inserted, updated or removed since the last save; may contain duplicates. */
  dirtyIds: number[];
  binaryIndices: Record<string, { name: string; dirty: boolean; values: number[] }>;
  /** Listeners run synchronously; on a removal, the document still has its number. */
  on(event: "insert" | "update" | "delete", listener: (doc: Document | Document[]) => void): void;
  remove(doc: Document | Document[]): void;
  get(id: number): Document | null;
  ensureAllIndexes(force: boolean): void;
};

export type Database = {
  collections: Collection[];
  autosaveDisable(): void;
  saveDatabase(callback: (error?: unknown) => void): void;
  close(callback: (error?: unknown) => void): void;
  on(event: "loaded", listener: () => void): void;
  /** Replaces what LokiJS does not save, as in `JSON.stringify`. */
  serializeReplacer(key: string, value: unknown): unknown;
  /** Returns the whole database as JSON. */
  serialize(): string;
};
