// What patched code sees of LokiJS, which ships no types.

/** LokiJS gives each document of a collection a number, ascending in the order of insertion. */
export type Doc = { $loki: number };

export type Collection<Document extends Doc = Doc> = {
  name: string;
  data: Document[];
  maxId: number;
  dirty: boolean;
  /** Documents that were inserted, updated or removed since the last save; may name one twice. */
  dirtyIds: number[];
  binaryIndices: Record<string, { name: string; dirty: boolean; values: number[] }>;
  /** Listeners run synchronously, a removal's while the document still has its number. */
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
  /** The whole database as JSON. */
  serialize(): string;
};
