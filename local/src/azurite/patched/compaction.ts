import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Header, reshapedTo, toLine } from "./journal-lines.ts";
import type { Database } from "./loki.ts";

// About a millisecond of work, so that requests are not delayed.
const DOCS_PER_LINE = 500;

/**
 * Writes a complete journal next to the current one, a few documents at a time, while requests are answered and saves go
 * on. A document that has changed since its turn is part of a later save, which is written after it.
 */
export class Compaction {
  readonly #draft: string;
  readonly #saved: string[] = [];
  readonly #isDone: Promise<void>;
  #file: FileHandle | undefined;
  #isCancelled = false;
  /** Whether all documents have been written. */
  isReady = false;
  error: Error | undefined;

  constructor(db: Database, draft: string, header: Header) {
    this.#draft = draft;
    this.#isDone = this.#writeAll(db, header).catch((error: Error) => {
      this.error = error;
    });
  }

  /** Adds what a save has written to the current journal. */
  add(line: string): void {
    this.#saved.push(line);
  }

  /** Replaces the current journal. @returns The new one, to be appended to. */
  async finish(journalFile: string): Promise<{ file: FileHandle; bytes: number }> {
    await this.#isDone;
    const file = this.#file as FileHandle;
    await file.appendFile(this.#takeSaved());
    await file.datasync();
    const { size } = await file.stat();
    await rename(this.#draft, journalFile);
    return { file, bytes: size };
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true;
    await this.#isDone;
    await this.#file?.close();
    await rm(this.#draft, { force: true });
  }

  async #writeAll(db: Database, header: Header): Promise<void> {
    const collections = db.collections.map((it) => ({ collection: it, ids: it.data.map(({ $loki }) => $loki) }));
    const start = `${JSON.stringify(header)}\n${toLine({ ...reshapedTo(db, []), changes: [] })}`;
    const file = await open(this.#draft, "w", 0o600);
    this.#file = file;
    await file.appendFile(start);
    for (const { collection, ids } of collections) {
      for (let from = 0; from < ids.length; from += DOCS_PER_LINE) {
        await nextTurn();
        if (this.#isCancelled) return;
        // As they are now: a later save contains what has changed since the last one.
        const saved = this.#takeSaved();
        const changed = ids.slice(from, from + DOCS_PER_LINE).flatMap((id) => collection.get(id) ?? []);
        const { name, maxId } = collection;
        await file.appendFile(saved + toLine([{ name, maxId, changed, removed: [] }]));
      }
    }
    this.isReady = true;
  }

  #takeSaved(): string {
    return this.#saved.splice(0).join("");
  }
}
