const MAX_BYTES = 4 * 1024 * 1024;
const MAX_CONTENT_BYTES = 64 * 1024;
// A run that is not started soon is read from storage.
const KEPT_MS = 60_000;

type Kept = { content: Buffer; until: number };

/** Small contents that were stored a moment ago, each for one reader; the oldest make room for the newest. */
export class RecentContents {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  #sizeBytes = 0;

  /** @param now - In ms; only differences count. */
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

  /** As `peek`, and keeps it no longer. */
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
