const MAX_BYTES = 4 * 1024 * 1024;
// Enough for a manifest with contents.
const MAX_CONTENT_BYTES = 256 * 1024;
// After this time, a run that has not started reads them from storage.
const KEPT_MS = 60_000;

type Kept = { content: Buffer; until: number };

/** Small contents that were just stored, each for one reader; the oldest are dropped first. */
export class RecentContents {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  #sizeBytes = 0;

  /** @param now - In ms; only differences matter. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  keep(name: string, content: Uint8Array): void {
    this.#remove(name);
    if (content.byteLength > MAX_CONTENT_BYTES) return;
    this.#kept.set(name, { content: Buffer.from(content), until: this.#now() + KEPT_MS });
    this.#sizeBytes += content.byteLength;
    for (const [oldest, { until }] of this.#kept) {
      if (this.#sizeBytes <= MAX_BYTES && until > this.#now()) break;
      this.#remove(oldest);
    }
  }

  peek(name: string): Buffer | undefined {
    const kept = this.#kept.get(name);
    return kept !== undefined && kept.until > this.#now() ? kept.content : undefined;
  }

  /** Like `peek`, and drops the content. */
  take(name: string): Buffer | undefined {
    const content = this.peek(name);
    this.#remove(name);
    return content;
  }

  #remove(name: string): void {
    this.#sizeBytes -= this.#kept.get(name)?.content.byteLength ?? 0;
    this.#kept.delete(name);
  }
}
