import { createRequire } from "node:module";
import type { Collection, Database, Doc } from "../../local/src/azurite/patched/loki.ts";

type LokiClass = new (file: string, options: object) => Database & LokiCollections;
type LokiCollections = {
  readonly filename: string;
  addCollection<Document extends Doc>(name: string, options?: object): TestCollection<Document>;
  removeCollection(name: string): void;
  getCollection<Document extends Doc>(name: string): TestCollection<Document>;
  loadDatabase(options: object, callback: (error?: unknown) => void): void;
};
export type TestCollection<Document extends Doc> = Collection<Document> & {
  insert(doc: Omit<Document, "$loki">): Document;
  update(doc: Document): void;
};

/** The LokiJS bundled with Azurite. */
export const Loki = createRequire(createRequire(import.meta.url).resolve("azurite/package.json"))(
  "lokijs",
) as LokiClass;

/** A collection of a database in memory. */
export function makeCollection<Document extends Doc>(...docs: Omit<Document, "$loki">[]): TestCollection<Document> {
  const db = new Loki("", { persistenceMethod: "memory" });
  const collection = db.addCollection<Document>("docs", { indices: [] });
  for (const doc of docs) collection.insert(doc);
  return collection;
}
