// What the server sends unasked: one stream for the whole page, open while the page is visible.

import type { InstanceList, InstanceSummary, StreamEvent, StreamMessage } from "../../local/src/inspector/api.ts";
import { get } from "./client.ts";
import { withoutSeen } from "./parts/event-lines.ts";
import { Rates } from "./parts/rates.ts";

/** Enough to read back; the log of a run has everything. */
const KEPT_EVENTS = 2000;

export type LiveState = {
  isConnected: boolean;
  /** Newest first; null until they are loaded. */
  instances: readonly InstanceSummary[] | null;
  omitted: number;
  /** Oldest first. */
  events: readonly StreamEvent[];
  /** Incremented when a different host answers. */
  generation: number;
};

type Listener = () => void;
type ChangeListener = (ids: ReadonlySet<string>) => void;

const INITIAL: LiveState = { isConnected: false, instances: null, omitted: 0, events: [], generation: 0 };

/** One per page. */
export class Live {
  /** Counts all events since the page was opened, though only the latest are kept. */
  readonly rates = new Rates();
  #state: LiveState = INITIAL;
  #byId = new Map<string, InstanceSummary>();
  #source: EventSource | null = null;
  #token: string | null = null;
  /** The next events may repeat known ones: a stream starts with its latest events. */
  #repeats = false;
  readonly #listeners = new Set<Listener>();
  readonly #changeListeners = new Set<ChangeListener>();

  get state(): LiveState {
    return this.#state;
  }

  /** @returns A function that stops it. */
  start(): () => void {
    const onVisibility = () => (document.hidden ? this.#close() : this.#open());
    document.addEventListener("visibilitychange", onVisibility);
    onVisibility();
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      this.#close();
    };
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with the ids of instances that were changed, added or removed. */
  onChange(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  #open(): void {
    if (this.#source !== null) return;
    const source = new EventSource("api/stream");
    this.#source = source;
    source.addEventListener("open", () => this.#set({ isConnected: true }));
    source.addEventListener("error", () => this.#set({ isConnected: false }));
    for (const kind of ["hello", "instances", "events"]) {
      source.addEventListener(kind, (it) => void this.#take(JSON.parse((it as MessageEvent).data) as StreamMessage));
    }
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    this.#set({ isConnected: false });
  }

  async #take(message: StreamMessage): Promise<void> {
    switch (message.kind) {
      case "hello":
        if (this.#token !== null && this.#token !== message.token) {
          this.#set({ generation: this.#state.generation + 1, events: [] });
        }
        this.#token = message.token;
        this.#repeats = true;
        return this.#load();
      case "instances":
        for (const it of message.changed) this.#byId.set(it.id, it);
        for (const id of message.removed) this.#byId.delete(id);
        this.#showInstances();
        return this.#tell([...message.changed.map(({ id }) => id), ...message.removed]);
      case "events":
        return this.#addEvents(message.events);
    }
  }

  #addEvents(arrived: readonly StreamEvent[]): void {
    const { events } = this.#state;
    const fresh = this.#repeats ? withoutSeen(arrived, events) : arrived;
    this.#repeats = false;
    this.rates.add(fresh);
    this.#set({ events: [...events, ...fresh].slice(-KEPT_EVENTS) });
  }

  /** Loads what changed while no stream was open. */
  async #load(): Promise<void> {
    const list = await get<InstanceList>("api/instances").catch(() => null);
    if (list === null) return;
    this.#byId = new Map(list.instances.map((it) => [it.id, it]));
    this.#set({ omitted: list.omitted });
    this.#showInstances();
    this.#tell([...this.#byId.keys()]);
  }

  #showInstances(): void {
    const newestFirst = [...this.#byId.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    this.#set({ instances: newestFirst });
  }

  #tell(ids: readonly string[]): void {
    for (const listener of this.#changeListeners) listener(new Set(ids));
  }

  #set(changes: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
