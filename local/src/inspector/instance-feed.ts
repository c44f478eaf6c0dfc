import { type Clock, type Logger, reasonOf } from "@same-kit/shared";
import type { EventLog } from "../events/event-log.ts";
import { instanceOf } from "../events/host-event.ts";
import type { InstanceList } from "./api.ts";
import type { Changes, InstanceIndex } from "./instance-index.ts";

/** Changes are reported in batches, at most this often. */
const ROUND_MS = 500;
/** Each read is a request to the storage that the app works on. */
const READS_PER_ROUND = 40;
/** Beyond this number, the next scan finds the changes. */
const MAX_TOUCHED = 2000;
/** Pause between scans as a multiple of the last scan's duration, to leave the CPU to the app. */
const SCAN_PAUSE_FACTOR = 50;
/** Interval of scans if events are available: a scan then only finds what other hosts did, and what was purged. */
const SCAN_WITH_EVENTS_MS = 10_000;
const SCAN_WITHOUT_EVENTS_MS = 2_000;
const KINDS = new Set(["function-started", "function-ended", "instance-progressed", "instance-ended"]);

type Listener = (changes: Changes) => void;

type FeedDeps = { events: Pick<EventLog, "read"> | undefined; clock: Clock; log: Logger };

/** Keeps an index up to date and reports its changes while there are listeners. */
export class InstanceFeed {
  readonly #index: InstanceIndex;
  readonly #deps: FeedDeps;
  readonly #listeners = new Set<Listener>();
  readonly #touched = new Set<string>();
  #running: AbortController | undefined;
  #nextScanMs = 0;
  /** Reads run one after another: a scan that started earlier must not overwrite the result of a later read. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(index: InstanceIndex, deps: FeedDeps) {
    this.#index = index;
    this.#deps = deps;
  }

  async list(): Promise<InstanceList> {
    if (this.#nowMs() >= this.#nextScanMs) await this.#inTurn(() => this.#scan());
    return this.#index.list;
  }

  /** @returns A function that stops listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#running === undefined) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Reads an instance that has changed. */
  async changed(id: string): Promise<void> {
    await this.#inTurn(async () => this.#tell(await this.#index.touch([id])));
  }

  close(): void {
    this.#running?.abort();
    this.#running = undefined;
    // Changes that happen without listeners are found by the first scan.
    this.#nextScanMs = 0;
  }

  #start(): void {
    this.#running = new AbortController();
    const { signal } = this.#running;
    void this.#collect(signal);
    void this.#work(signal);
  }

  async #collect(signal: AbortSignal): Promise<void> {
    for await (const batch of this.#deps.events?.read({ from: "now", kinds: KINDS }, signal) ?? []) {
      for (const { event } of batch) {
        const id = instanceOf(event);
        if (id === null || id.startsWith("@") || this.#touched.size >= MAX_TOUCHED) continue;
        this.#touched.add(id);
      }
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      try {
        await this.#inTurn(() => this.#round());
      } catch (error) {
        log.debug("The inspector could not look at the instances.", { reason: reasonOf(error) });
        this.#nextScanMs = this.#nowMs() + SCAN_WITH_EVENTS_MS;
      }
      await clock.sleep(ROUND_MS, signal, { isRoutine: true });
    }
  }

  async #round(): Promise<void> {
    if (this.#nowMs() >= this.#nextScanMs) return this.#scan();
    if (this.#touched.size === 0) return;
    const ids = [...this.#touched].slice(0, READS_PER_ROUND);
    for (const id of ids) this.#touched.delete(id);
    this.#tell(await this.#index.touch(ids));
  }

  async #scan(): Promise<void> {
    this.#touched.clear();
    const startedMs = this.#nowMs();
    const changes = await this.#index.scan();
    const tookMs = this.#nowMs() - startedMs;
    const pauseMs = this.#deps.events === undefined ? SCAN_WITHOUT_EVENTS_MS : SCAN_WITH_EVENTS_MS;
    this.#nextScanMs = this.#nowMs() + Math.max(pauseMs, tookMs * SCAN_PAUSE_FACTOR);
    this.#tell(changes);
  }

  #tell(changes: Changes): void {
    if (changes.changed.length === 0 && changes.removed.length === 0) return;
    for (const listener of this.#listeners) listener(changes);
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #nowMs(): number {
    return this.#deps.clock.now().getTime();
  }
}
