import { formatTicks, parseTicks } from "@same-kit/shared";
import { EventType, type HistoryEvent } from "../../history/events.ts";
import { parseJson, parseRequest, UNSTAMPED } from "../../messages/entity-messages.ts";

/**
 * Stamps the messages of one execution to entities, so that they can restore the order and drop duplicates. A stamp is
 * derived from the event that caused the message and those before it: a repeated episode gives the same stamp, unless
 * its messages arrive in a different order.
 */
export class EntityStamps {
  readonly #last = new Map<string, { id: string; time: bigint }>();

  /** @param events - The execution's events so far. */
  constructor(events: readonly HistoryEvent[]) {
    for (const event of events) {
      if (event.EventType !== EventType.EventSent) continue;
      const request = parseRequest(parseJson(event.Input ?? ""));
      if (request === null || request.timestamp === UNSTAMPED) continue;
      this.#last.set(event.InstanceId, { id: request.id, time: parseTicks(request.timestamp) });
    }
  }

  /**
   * @param id - The id of the request that gets the stamp.
   * @param causedAt - UTC text.
   */
  next(target: string, id: string, causedAt: string): { timestamp: string; predecessor: string } {
    const last = this.#last.get(target)?.time;
    const cause = parseTicks(causedAt);
    const time = last !== undefined && cause <= last ? last + 1n : cause;
    this.#last.set(target, { id, time });
    return { timestamp: formatTicks(time), predecessor: last === undefined ? UNSTAMPED : formatTicks(last) };
  }

  /** The last request to `target`; null if there was none. */
  lastOf(target: string): { id: string; timestamp: string } | null {
    const last = this.#last.get(target);
    return last === undefined ? null : { id: last.id, timestamp: formatTicks(last.time) };
  }
}
