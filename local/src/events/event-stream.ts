// The events of a host as server-sent events. Browsers read this format natively and resume with `Last-Event-ID`.
// Source: HTML Living Standard, section 9.2.

import type { EventFilter, EventLog, NumberedEvent } from "./event-log.ts";

/** Shorter than the time after which proxies and browsers give up on a silent connection. */
const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it reconnects. */
const RETRY_MS = 1_000;

export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";

/**
 * The text of a stream, in pieces. It ends when `signal` aborts or the log is closed. Each piece is created when the
 * previous one has been consumed, so a slow reader uses no memory here.
 */
export async function* eventStream(log: EventLog, filter: EventFilter, signal: AbortSignal): AsyncGenerator<string> {
  const over = new AbortController();
  const batches = log.read(filter, AbortSignal.any([signal, over.signal]));
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    for (let next = batches.next(); ; ) {
      const batch = await orHeartbeat(next);
      if (batch === null) {
        yield ":\n\n";
        continue;
      }
      if (batch.done === true) return;
      yield batch.value.map(formatEvent).join("");
      next = batches.next();
    }
  } finally {
    over.abort();
  }
}

/** Resolves to null if there is no event for a while. */
function orHeartbeat<Value>(next: Promise<Value>): Promise<Value | null> {
  const beat = Promise.withResolvers<null>();
  const timer = setTimeout(() => beat.resolve(null), HEARTBEAT_MS);
  return Promise.race([next, beat.promise]).finally(() => clearTimeout(timer));
}

// Serialized JSON contains no line breaks, which would end the data field.
function formatEvent({ id, event }: NumberedEvent): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
