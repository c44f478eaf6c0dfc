import type { EventLog } from "../events/event-log.ts";
import type { StreamEvent, StreamMessage } from "./api.ts";
import type { InstanceFeed } from "./instance-feed.ts";
import { toStreamEvent } from "./stream-event.ts";

/** Interval at which collected messages are sent to a page. */
const ROUND_MS = 200;
/** Limit per interval; no one could read more log lines. */
const MAX_EVENTS_PER_ROUND = 100;
/** Number of past events that a newly opened page gets. */
const MAX_OLD_EVENTS = 300;
/** Shorter than the time after which a browser gives up on a silent connection. */
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1000;

type PageStreamDeps = { token: string; feed: InstanceFeed; events: Pick<EventLog, "read"> | undefined };

/**
 * Yields the server-sent events for one page until `signal` aborts. Each piece is created once the previous one was
 * consumed.
 */
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

/** Messages waiting to be sent, limited to as many instances and events as a page can use, however slowly it reads. */
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

  /** Waits for messages; returns an empty list after `timeoutMs` without any. */
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

// Serialized JSON contains no line breaks, which would end the data field.
function format(message: StreamMessage): string {
  return `event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
}
