import { randomBytes } from "node:crypto";
import { type EventsMissed, type HostEvent, instanceOf } from "./host-event.ts";

const MAX_EVENTS = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Events delivered together, so that a burst of lines costs one write. */
const MAX_BATCH = 256;
// Estimate for everything besides the texts: time, names, ids.
const CHARACTERS_PER_EVENT = 200;

/** Which events a reader wants, and from which position. */
export type EventFilter = {
  /**
   * `start`: all kept events; `now`: only new events; otherwise the id of the last event that the reader has. Default:
   * `start`.
   */
  from?: "start" | "now" | (string & {});
  /** Only events of this orchestration. Default: all events, including the host's. */
  instanceId?: string;
  kinds?: ReadonlySet<string>;
  /** Whether the reader waits for new events. Default: true. */
  follow?: boolean;
};

export type NumberedEvent = {
  /** Passed as `from`, it continues after this event. */
  id: string;
  event: HostEvent;
};

/**
 * The latest events of a host, numbered. A reader has a position in the log and no queue of its own, so a slow reader
 * costs nothing: events it did not read in time are counted in an `events-missed` event.
 */
export class EventLog {
  /** Distinguishes this log's numbers from those of other hosts. */
  readonly #id = randomBytes(4).toString("hex");
  #events: HostEvent[] = [];
  /** Index of the first kept event in the array; the array is only trimmed from time to time. */
  #offset = 0;
  /** Number of the first kept event; numbers start at 1. */
  #first = 1;
  #characters = 0;
  #isClosed = false;
  readonly #wakers = new Set<() => void>();
  readonly #onEvent: (event: HostEvent) => void;

  /** @param onEvent - Called for each added event, including those added after the log is closed. */
  constructor(onEvent: (event: HostEvent) => void = () => {}) {
    this.#onEvent = onEvent;
  }

  readonly add = (event: HostEvent): void => {
    this.#onEvent(event);
    if (this.#isClosed) return;
    this.#events.push(event);
    this.#characters += sizeOf(event);
    while (this.#count > MAX_EVENTS || (this.#characters > MAX_CHARACTERS && this.#count > 1)) this.#dropFirst();
    for (const wake of [...this.#wakers]) wake();
  };

  /** Readers receive the kept events, then end. */
  close(): void {
    this.#isClosed = true;
    for (const wake of [...this.#wakers]) wake();
  }

  /** The start position is determined by this call, not by the first read. */
  read(filter: EventFilter, signal: AbortSignal): AsyncGenerator<NumberedEvent[]> {
    return this.#batches(this.#positionOf(filter.from ?? "start"), filter, signal);
  }

  async *#batches(start: number, filter: EventFilter, signal: AbortSignal): AsyncGenerator<NumberedEvent[]> {
    for (let position = start; !signal.aborted; ) {
      const batch: NumberedEvent[] = [];
      if (position < this.#first) {
        batch.push({ id: this.#idOf(this.#first - 1), event: missed(this.#first - position) });
        position = this.#first;
      }
      for (; position < this.#next && batch.length < MAX_BATCH; position += 1) {
        const event = this.#events[this.#offset + position - this.#first] as HostEvent;
        if (isWanted(event, filter)) batch.push({ id: this.#idOf(position), event });
      }
      if (batch.length > 0) yield batch;
      else if (position === this.#next) {
        if (this.#isClosed || filter.follow === false) return;
        await this.#nextEvent(signal);
      }
    }
  }

  get #count(): number {
    return this.#events.length - this.#offset;
  }

  get #next(): number {
    return this.#first + this.#count;
  }

  #idOf(number: number): string {
    return `${this.#id}-${number}`;
  }

  #positionOf(from: string): number {
    if (from === "now") return this.#next;
    const [id, number] = from.split("-");
    const last = Number(number);
    const isOurs = id === this.#id && Number.isSafeInteger(last) && last < this.#next;
    return isOurs ? Math.max(last, 0) + 1 : this.#first;
  }

  #dropFirst(): void {
    this.#characters -= sizeOf(this.#events[this.#offset] as HostEvent);
    this.#offset += 1;
    this.#first += 1;
    // Trimming the front of an array moves all remaining elements, so it is done rarely.
    if (this.#offset < MAX_EVENTS) return;
    this.#events = this.#events.slice(this.#offset);
    this.#offset = 0;
  }

  #nextEvent(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wakers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}

function isWanted(event: HostEvent, { instanceId, kinds }: EventFilter): boolean {
  if (kinds !== undefined && !kinds.has(event.kind)) return false;
  return instanceId === undefined || instanceOf(event) === instanceId;
}

function missed(count: number): EventsMissed {
  return { kind: "events-missed", time: new Date(), count };
}

function sizeOf(event: HostEvent): number {
  if (event.kind === "line") return event.message.length + CHARACTERS_PER_EVENT;
  if (event.kind === "function-ended") return (event.problem?.length ?? 0) + CHARACTERS_PER_EVENT;
  return CHARACTERS_PER_EVENT;
}
