// What a host of this machine tells besides Azure's API: the lines of one run as they come, and its blobs.

import type { LogEntry } from "@same-kit/shared";

// Shorter than any limit of a connection that nothing moves on.
const WAIT_MS = 10_000;
const ANSWER_LIMIT_MS = 30_000;

export type HostObserverOptions = { url: string; fetch: typeof fetch };

export type FollowedLog = {
  /** Gives what came meanwhile, then stops. Safe to call twice. */
  stop(): Promise<void>;
};

type Page = { entries: (Omit<LogEntry, "time"> & { time: string })[]; next: number };

export class HostObserver {
  readonly #url: string;
  readonly #fetch: typeof fetch;

  constructor({ url, fetch }: HostObserverOptions) {
    this.#url = `${url}/runtime/webhooks/samekit`;
    this.#fetch = fetch;
  }

  /**
   * Gives every line that a run writes from now on.
   *
   * @returns null where the host cannot tell, as one of another version.
   */
  async followLog(instanceId: string, onEntry: (entry: LogEntry) => void): Promise<FollowedLog | null> {
    const begin = await this.#page({ instanceId }, AbortSignal.timeout(ANSWER_LIMIT_MS)).catch(() => null);
    if (begin === null) return null;
    const over = new AbortController();
    let { next } = begin;
    const read = async (waitMs: number, signal: AbortSignal) => {
      const page = await this.#page({ instanceId, from: String(next), waitMs: String(waitMs) }, signal);
      next = page.next;
      for (const entry of page.entries) onEntry({ ...entry, time: new Date(entry.time) });
    };
    const reading = (async () => {
      while (!over.signal.aborted) await read(WAIT_MS, over.signal);
    })().catch(() => {}); // The host is gone; the run's own requests say so.
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      over.abort();
      await reading;
      await read(0, AbortSignal.timeout(ANSWER_LIMIT_MS)).catch(() => {});
    };
    return {
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  }

  /** A blob of the host's hub, in parts. */
  async *readBlob(name: string): AsyncGenerator<Uint8Array> {
    for (let offset = 0, size = Number.POSITIVE_INFINITY; offset < size; ) {
      const query = new URLSearchParams({ name, offset: String(offset) });
      const response = await this.#ask(`blob?${query}`, AbortSignal.timeout(ANSWER_LIMIT_MS));
      size = Number(response.headers.get("x-blob-size"));
      const part = new Uint8Array(await response.arrayBuffer());
      if (part.length === 0 && offset < size)
        throw new Error(`The blob ${name} ends after ${offset} of ${size} bytes.`);
      yield part;
      offset += part.length;
    }
  }

  async #page(query: Record<string, string>, signal: AbortSignal): Promise<Page> {
    const response = await this.#ask(`log?${new URLSearchParams(query)}`, signal);
    return (await response.json()) as Page;
  }

  async #ask(resource: string, signal: AbortSignal): Promise<Response> {
    const response = await this.#fetch(`${this.#url}/${resource}`, { signal, redirect: "error" });
    if (!response.ok) throw new Error(`The host answered ${response.status}.`);
    return response;
  }
}
