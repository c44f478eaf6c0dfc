import { setTimeout as delay } from "node:timers/promises";
import type { EventFilter, HostEvent } from "@same-kit/local";
import type { HostEvents } from "../../ports.ts";

const MAX_RECONNECTS = 5;
const RECONNECT_PAUSE_MS = 200;
// The remaining events at the end arrive in one response.
const LAST_READ_LIMIT_MS = 10_000;

type FollowedEvents = {
  /** Delivers the events up to now, then stops. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Calls `onEvent` for every event, from now on or from the start. A broken connection is resumed at the same position.
 *
 * @returns null if the host cannot report its events; then only the run's status is available.
 */
export async function followEvents(
  source: HostEvents,
  filter: EventFilter,
  onEvent: (event: HostEvent) => void,
): Promise<FollowedEvents | null> {
  const over = new AbortController();
  const first = await source.open(filter, over.signal);
  if (first === null) return null;
  // There are no older events about a run, so `start` is equivalent to `now` if no event has arrived yet.
  const position = { last: "start" };
  const take = async (events: Awaited<ReturnType<HostEvents["open"]>>) => {
    for await (const { id, event } of events ?? []) {
      position.last = id;
      onEvent(event);
    }
  };
  const reading = keepReading(
    () => source.open({ ...filter, from: position.last }, over.signal),
    first,
    take,
    over.signal,
  );
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    over.abort();
    await reading;
    const limit = AbortSignal.timeout(LAST_READ_LIMIT_MS);
    const rest = source.open({ ...filter, from: position.last, follow: false }, limit);
    await rest.then(take).catch(() => {}); // The host is gone; the run's own requests report it.
  };
  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

type Opened = Awaited<ReturnType<HostEvents["open"]>>;

async function keepReading(
  open: () => Promise<Opened>,
  first: Opened,
  take: (events: Opened) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let events = first;
  for (let attempt = 0; events !== null && attempt <= MAX_RECONNECTS; attempt += 1) {
    const isBroken = await take(events).then(
      () => false,
      () => !signal.aborted,
    );
    if (!isBroken) return;
    await delay(RECONNECT_PAUSE_MS, undefined, { signal }).catch(() => {});
    events = await open();
  }
}
