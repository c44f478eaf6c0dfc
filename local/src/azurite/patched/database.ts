import { syncExtents } from "./extent-writes.ts";
import { JournaledFile, type Limits } from "./journaled-file.ts";
import type { Database } from "./loki.ts";

type LokiClass = new (file: string, options: object) => Database;

type Options = {
  limits?: Limits | undefined;
  /** Called before the database is used. */
  onLoaded?: (db: Database) => void;
};

const AUTOSAVE_INTERVAL_MS = 5000;

/**
 * Opens a LokiJS database that saves only what has changed: after a minute of load, the whole database is many
 * megabytes. After a clean exit the file is in LokiJS's own format; a large database may leave a journal beside it.
 */
export function openDatabase(
  Loki: LokiClass,
  file: string,
  inMemory: boolean,
  { limits, onLoaded = () => {} }: Options = {},
): Database {
  if (inMemory) return new Loki(file, { persistenceMethod: "memory" });
  const journaled = new JournaledFile(file, syncExtents, limits);
  const db: Database = new Loki(file, {
    autosave: true,
    autosaveInterval: AUTOSAVE_INTERVAL_MS,
    // LokiJS would continue silently and lose every later write, so the process exits and reports why.
    autosaveCallback(error: unknown) {
      if (error) throw error;
    },
    adapter: {
      // Makes LokiJS maintain `dirtyIds`.
      mode: "incremental",
      loadDatabase(_file: string, callback: (loaded: unknown) => void) {
        journaled.load().then(callback, callback);
      },
      saveDatabase(_file: string, _copy: unknown, callback: (error?: unknown) => void) {
        journaled.save(db).then(() => callback(), callback);
      },
    },
  });
  db.on("loaded", () => {
    journaled.noteLoaded(db);
    onLoaded(db);
    // A journal contains documents but no indexes, so the indexes are rebuilt.
    if (journaled.hasReplayed) for (const collection of db.collections) collection.ensureAllIndexes(true);
  });
  db.close = (callback) => {
    db.autosaveDisable();
    journaled.close();
    db.saveDatabase(callback);
  };
  return db;
}
