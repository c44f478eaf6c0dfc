// Features of a local host beyond Azure's API: a stream of its events, and its blobs.

import type { EventFilter, HostEvent, NumberedEvent } from "@same-kit/local";
import type { HostEvents } from "../../ports.ts";

const ANSWER_LIMIT_MS = 30_000;

type HostObserverOptions = { url: string; fetch: typeof fetch };

export class HostObserver implements HostEvents {
  readonly #url: string;
  readonly #fetch: typeof fetch;

  constructor({ url, fetch }: HostObserverOptions) {
    this.#url = `${url}/runtime/webhooks/samekit`;
    this.#fetch = fetch;
  }

  async open(filter: EventFilter, signal: AbortSignal): Promise<AsyncIterable<NumberedEvent> | null> {
    // The response headers arrive at once; the stream itself has no time limit.
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), ANSWER_LIMIT_MS);
    const either = AbortSignal.any([signal, tooLate.signal]);
    const response = await this.#ask(`events?${toQuery(filter)}`, either).catch(() => null);
    clearTimeout(timer);
    return response?.body == null ? null : readEvents(response.body);
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

  async #ask(resource: string, signal: AbortSignal): Promise<Response> {
    const response = await this.#fetch(`${this.#url}/${resource}`, { signal, redirect: "error" });
    if (!response.ok) throw new Error(`The host answered ${response.status}.`);
    return response;
  }
}

function toQuery({ from, instanceId, kinds, follow = true }: EventFilter): URLSearchParams {
  return new URLSearchParams({
    ...(from === undefined ? {} : { from }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(kinds === undefined ? {} : { kinds: [...kinds].join(",") }),
    ...(follow ? {} : { follow: "false" }),
  });
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<NumberedEvent> {
  // Most runs have a host of their own, whose events come without a connection.
  const { EventSourceParserStream } = await import("eventsource-parser/stream");
  const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id, data } of messages) {
    const event = parseEvent(data);
    if (id !== undefined && event !== null) yield { id, event };
  }
}

/** @returns null if it is not an event, for example from a host of another version. */
function parseEvent(data: string): HostEvent | null {
  try {
    const event = JSON.parse(data) as HostEvent & { time: string };
    return typeof event.kind === "string" ? ({ ...event, time: new Date(event.time) } as HostEvent) : null;
  } catch {
    return null;
  }
}
