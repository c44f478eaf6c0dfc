import { setTimeout as delay } from "node:timers/promises";
import type { EventFilter, HostEvent } from "@same-kit/local";
import type { HostEvents } from "../../ports.ts";

const MAX_RECONNECTS = 5;
const RECONNECT_PAUSE_MS = 200;
// What is kept at the end comes in one answer.
const LAST_READ_LIMIT_MS = 10_000;

export type FollowedEvents = {
  /** Gives what happened until now, then stops. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Calls `onEvent` for every event, from now on or from the start. A broken connection is reopened where it stopped.
 *
 * @returns null if the host cannot tell its events; the run's status is all there is then.
 */
export async function followEvents(
  source: HostEvents,
  filter: EventFilter,
  onEvent: (event: HostEvent) => void,
): Promise<FollowedEvents | null> {
  const over = new AbortController();
  const first = await source.open(filter, over.signal);
  if (first === null) return null;
  // Nothing older exists about one run, so the start is as good as `now` where no event has come yet.
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
    await rest.then(take).catch(() => {}); // The host is gone; the run's own requests say so.
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
