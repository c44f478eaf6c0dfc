import type { EventLog } from "../events/event-log.ts";
import type { StreamEvent, StreamMessage } from "./api.ts";
import type { InstanceFeed } from "./instance-feed.ts";
import { toStreamEvent } from "./stream-event.ts";

/** What is sent to a page together. */
const ROUND_MS = 200;
/** In one round; a flood of lines is nothing to read. */
const MAX_EVENTS_PER_ROUND = 100;
/** What a page that is opened is shown of before. */
const MAX_OLD_EVENTS = 300;
/** Shorter than the time after which a browser gives up on a silent connection. */
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1000;

export type PageStreamDeps = { token: string; feed: InstanceFeed; events: Pick<EventLog, "read"> | undefined };

/** What is sent to one page, as server-sent events, until `signal` aborts. Each piece is created once the previous one was consumed. */
export async function* pageStream(
  { token, feed, events }: PageStreamDeps,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const outbox = new Outbox();
  const stopFeed = feed.listen(({ changed, removed }) => outbox.add({ kind: "instances", changed, removed }));
  void collect(events, outbox, signal);
  signal.addEventListener("abort", () => outbox.wake(), { once: true });
  try {
    yield `retry: ${RETRY_MS}\n\n${format({ kind: "hello", token })}`;
    while (!signal.aborted) {
      const messages = await outbox.take(HEARTBEAT_MS);
      yield messages.length === 0 ? ":\n\n" : messages.map(format).join("");
      await pause(ROUND_MS, signal);
    }
  } finally {
    stopFeed();
  }
}

async function collect(events: Pick<EventLog, "read"> | undefined, outbox: Outbox, signal: AbortSignal): Promise<void> {
  if (events === undefined) return;
  let old: StreamEvent[] = [];
  let last = "start";
  for await (const batch of events.read({ follow: false }, signal)) {
    old = [...old, ...batch.flatMap(({ event }) => toStreamEvent(event) ?? [])].slice(-MAX_OLD_EVENTS);
    last = batch.at(-1)?.id ?? last;
  }
  outbox.addOld(old);
  for await (const batch of events.read({ from: last }, signal)) {
    for (const { event } of batch) {
      const told = toStreamEvent(event);
      if (told !== null) outbox.addEvent(told);
    }
  }
}

/** What waits to be told; of instances and events as much as a page can use, however slowly it reads. */
class Outbox {
  #changed = new Map<string, Extract<StreamMessage, { kind: "instances" }>["changed"][number]>();
  #removed = new Set<string>();
  #events: StreamEvent[] = [];
  #missed = 0;
  #waiting: (() => void) | undefined;

  add({ changed, removed }: Extract<StreamMessage, { kind: "instances" }>): void {
    for (const it of changed) {
      this.#changed.set(it.id, it);
      this.#removed.delete(it.id);
    }
    for (const id of removed) {
      this.#changed.delete(id);
      this.#removed.add(id);
    }
    this.wake();
  }

  addOld(events: readonly StreamEvent[]): void {
    this.#events = [...events, ...this.#events];
    this.wake();
  }

  addEvent(event: StreamEvent): void {
    if (this.#events.length >= MAX_EVENTS_PER_ROUND) this.#missed += 1;
    else this.#events.push(event);
    this.wake();
  }

  wake(): void {
    this.#waiting?.();
  }

  /** Waits for something to tell; empty after a while without. */
  async take(timeoutMs: number): Promise<StreamMessage[]> {
    if (this.#isEmpty) await this.#wait(timeoutMs);
    const messages: StreamMessage[] = [];
    if (this.#changed.size + this.#removed.size > 0) {
      messages.push({ kind: "instances", changed: [...this.#changed.values()], removed: [...this.#removed] });
    }
    if (this.#events.length > 0) messages.push({ kind: "events", events: this.#events, missed: this.#missed });
    this.#changed = new Map();
    this.#removed = new Set();
    this.#events = [];
    this.#missed = 0;
    return messages;
  }

  get #isEmpty(): boolean {
    return this.#changed.size + this.#removed.size + this.#events.length === 0;
  }

  #wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#waiting = end;
    });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

// JSON has no line break of its own, which would end the data.
function format(message: StreamMessage): string {
  return `event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
}
