import { formatTicks, parseTicks } from "@same-kit/shared";
import { EventType, type HistoryEvent } from "../../history/events.ts";
import { parseJson, parseRequest, UNSTAMPED } from "../../messages/entity-messages.ts";

/**
 * Stamps what one execution sends to entities, so that they put it in order and drop what comes twice. A stamp comes of the event that
 * the message follows from and of those before it: an episode that is run again gives the same, unless its messages come in another order.
 */
export class EntityStamps {
  readonly #last = new Map<string, bigint>();

  /** @param events - Of the execution so far. */
  constructor(events: readonly HistoryEvent[]) {
    for (const event of events) {
      if (event.EventType !== EventType.EventSent) continue;
      const stamp = parseRequest(parseJson(event.Input ?? ""))?.timestamp ?? UNSTAMPED;
      if (stamp !== UNSTAMPED) this.#last.set(event.InstanceId, parseTicks(stamp));
    }
  }

  /** @param causedAt - UTC text. */
  next(target: string, causedAt: string): { timestamp: string; predecessor: string } {
    const last = this.#last.get(target);
    const cause = parseTicks(causedAt);
    const time = last !== undefined && cause <= last ? last + 1n : cause;
    this.#last.set(target, time);
    return { timestamp: formatTicks(time), predecessor: last === undefined ? UNSTAMPED : formatTicks(last) };
  }
}
