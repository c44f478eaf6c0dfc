// Restores the order of messages between instances and drops duplicates: queues guarantee neither. Times are compared
// in units of 100 ns; with milliseconds, a predecessor would seem to be missing. `ids`, `hasAllIds` and `seen` are
// ours; other hosts ignore them.
// Source: Azure/azure-functions-durable-extension, EntityScheduler/MessageSorter.cs.

import { formatTicks, isRecord, parseTicks } from "@same-kit/shared";
import { jsonTime } from "../../shared/json-time.ts";
import {
  type EntityRequest,
  type PriorRequest,
  parseRequest,
  requestObject,
  UNSTAMPED,
} from "../messages/entity-messages.ts";

type Received = {
  last: bigint;
  executionId: string | null;
  /** Messages that arrived before their predecessor, by stamp. */
  buffered: Map<bigint, EntityRequest>;
  /** Prefixes of the ids of the latest messages accepted from this execution. */
  ids: string[];
  /** Whether `ids` contains everything accepted from this execution. */
  hasAllIds: boolean;
  /** When its last message arrived, in the time of stamps. */
  seen: bigint;
};

const NEVER = parseTicks(UNSTAMPED);
// How far the horizon may lag before it is moved.
const COLLECT_TICKS = 10n * 10_000_000n;
const KEPT_IDS = 100;
const ID_LENGTH = 8;

/**
 * Stamps the messages that one entity sends, and sorts those it receives, per sender. Its state is stored with the
 * entity, within the reorder window.
 */
export class MessageSorter {
  readonly #lastSent = new Map<string, bigint>();
  readonly #received = new Map<string, Received>();
  #sendHorizon = NEVER;
  #receiveHorizon = NEVER;

  /** Stamps a message to `target`; `now` is UTC text. Stamps for a target increase, whatever the clock does. */
  stamp(target: string, now: string, windowTicks: bigint): { timestamp: string; predecessor: string } {
    let time = parseTicks(now);
    if (this.#sendHorizon + windowTicks + COLLECT_TICKS < time) {
      this.#sendHorizon = time - windowTicks;
      for (const [id, last] of this.#lastSent) if (last < this.#sendHorizon) this.#lastSent.delete(id);
    }
    const last = this.#lastSent.get(target);
    if (last !== undefined && time <= last) time = last + 1n;
    this.#lastSent.set(target, time);
    return { timestamp: toText(time), predecessor: last === undefined ? UNSTAMPED : toText(last) };
  }

  /**
   * @returns The messages that can be processed now that `request` has arrived, in the order in which they were sent.
   */
  receive(request: EntityRequest, windowTicks: bigint): EntityRequest[] {
    const { parent, position } = request;
    // Clients add no stamps, and a lock request in transit comes from an entity.
    if (windowTicks === 0n || parent === null || position > 0 || request.timestamp === UNSTAMPED) return [request];
    const time = parseTicks(request.timestamp);
    const ready = this.#moveHorizon(time, windowTicks);
    if (time < this.#receiveHorizon) return [...ready, ...this.#takeLate(request, windowTicks)];
    const from = this.#received.get(parent) ?? nothingFrom(request);
    this.#received.set(parent, from);
    if (from.executionId !== request.parentExecution) {
      ready.push(...inOrder(from.buffered));
      Object.assign(from, nothingFrom(request));
    }
    from.seen = this.#latest(time, windowTicks);
    ready.push(...this.#take(request, time, from), ...this.#takeReady(from));
    return ready;
  }

  /** Whether a request of `parent` has arrived and nothing before it is missing: it is, or was, in the queue. */
  hasTaken(parent: string, { execution, id, timestamp }: PriorRequest, windowTicks: bigint): boolean {
    const time = parseTicks(timestamp);
    if (windowTicks === 0n || time < this.#receiveHorizon) return true;
    const from = this.#received.get(parent);
    if (from === undefined) return false;
    if (from.executionId !== execution || from.ids.includes(id.slice(0, ID_LENGTH))) return true;
    return !from.hasAllIds && time <= from.last;
  }

  /**
   * A repeated episode may see its messages in a different order. Its requests then have the same ids but may have
   * other stamps, and later stamps follow from those. So duplicates are detected by id, and by stamp only if ids are
   * unknown.
   */
  #take(request: EntityRequest, time: bigint, from: Received): EntityRequest[] {
    if (from.ids.includes(shortId(request))) {
      if (time > from.last) from.last = time;
      return [];
    }
    const waiting = [...from.buffered].find(([, it]) => it.id === request.id)?.[0];
    if (waiting !== undefined && waiting >= time) return [];
    if (waiting !== undefined) from.buffered.delete(waiting);
    if (time <= from.last) return from.hasAllIds ? [noted(request, from)] : [];
    const predecessor = parseTicks(request.predecessor);
    if (predecessor > from.last && predecessor >= this.#receiveHorizon) {
      from.buffered.set(time, request);
      return [];
    }
    from.last = time;
    return [noted(request, from)];
  }

  /** It no longer waits for anything, but the queue may still contain a duplicate. */
  #takeLate(request: EntityRequest, windowTicks: bigint): EntityRequest[] {
    const { parent, parentExecution } = request;
    if (parent === null) return [request];
    const from = this.#received.get(parent) ?? { ...nothingFrom(request), hasAllIds: false };
    if (from.executionId !== parentExecution) return [request];
    if (from.ids.includes(shortId(request))) return [];
    this.#received.set(parent, from);
    from.seen = this.#latest(from.seen, windowTicks);
    return [noted(request, from)];
  }

  #latest(time: bigint, windowTicks: bigint): bigint {
    const now = this.#receiveHorizon + windowTicks;
    return time > now ? time : now;
  }

  #moveHorizon(time: bigint, windowTicks: bigint): EntityRequest[] {
    if (this.#receiveHorizon + windowTicks + COLLECT_TICKS >= time) return [];
    this.#receiveHorizon = time - windowTicks;
    const ready: EntityRequest[] = [];
    for (const [id, from] of this.#received) {
      if (from.last < this.#receiveHorizon) from.last = NEVER;
      ready.push(...this.#takeReady(from));
      const isForgotten = from.seen < this.#receiveHorizon;
      if (from.last === NEVER && from.buffered.size === 0 && isForgotten) this.#received.delete(id);
    }
    return ready;
  }

  #takeReady(from: Received): EntityRequest[] {
    const ready: EntityRequest[] = [];
    for (;;) {
      const next = [...from.buffered.entries()].sort(([a], [b]) => (a < b ? -1 : 1))[0];
      if (next === undefined) return ready;
      const [time, request] = next;
      const predecessor = parseTicks(request.predecessor);
      if (predecessor > from.last && predecessor >= this.#receiveHorizon) return ready;
      from.buffered.delete(time);
      from.last = time >= this.#receiveHorizon ? time : NEVER;
      ready.push(noted(request, from));
    }
  }

  toJSON(): Record<string, unknown> {
    const received = [...this.#received].map(([id, { last, executionId, buffered, ids, hasAllIds, seen }]) => [
      id,
      {
        Last: toText(last),
        ...(executionId === null ? {} : { ExecutionId: executionId }),
        ...(ids.length === 0 ? {} : { ids: ids.join(" ") }),
        ...(hasAllIds ? { hasAllIds } : {}),
        ...(seen === last ? {} : { seen: toText(seen) }),
        ...(buffered.size === 0
          ? {}
          : { Buffered: Object.fromEntries([...buffered].map(([time, it]) => [toText(time), requestObject(it)])) }),
      },
    ]);
    return {
      ...(this.#lastSent.size === 0
        ? {}
        : { LastSentToInstance: Object.fromEntries([...this.#lastSent].map(([id, time]) => [id, toText(time)])) }),
      ...(received.length === 0 ? {} : { ReceivedFromInstance: Object.fromEntries(received) }),
      ...(this.#receiveHorizon === NEVER ? {} : { ReceiveHorizon: toText(this.#receiveHorizon) }),
      ...(this.#sendHorizon === NEVER ? {} : { SendHorizon: toText(this.#sendHorizon) }),
    };
  }

  static parse(value: unknown): MessageSorter {
    const sorter = new MessageSorter();
    const fields = isRecord(value) ? value : {};
    for (const [id, time] of entriesOf(fields["LastSentToInstance"])) sorter.#lastSent.set(id, toTicks(time));
    for (const [id, from] of entriesOf(fields["ReceivedFromInstance"])) {
      if (!isRecord(from)) continue;
      const buffered = entriesOf(from["Buffered"]).flatMap(([, it]): [bigint, EntityRequest][] => {
        const request = parseRequest(it);
        return request === null ? [] : [[parseTicks(request.timestamp), request]];
      });
      const executionId = typeof from["ExecutionId"] === "string" ? from["ExecutionId"] : null;
      const ids = typeof from["ids"] === "string" && from["ids"] !== "" ? from["ids"].split(" ") : [];
      // A .NET host may have accepted requests since then without recording their ids.
      const hasAllIds = from["hasAllIds"] === true;
      const last = toTicks(from["Last"]);
      sorter.#received.set(id, {
        last,
        executionId,
        buffered: new Map(buffered),
        ids,
        hasAllIds,
        seen: typeof from["seen"] === "string" ? toTicks(from["seen"]) : last,
      });
    }
    sorter.#receiveHorizon = toTicks(fields["ReceiveHorizon"]);
    sorter.#sendHorizon = toTicks(fields["SendHorizon"]);
    return sorter;
  }
}

const nothingFrom = ({ parentExecution: executionId }: EntityRequest): Received => ({
  last: NEVER,
  executionId,
  buffered: new Map(),
  ids: [],
  hasAllIds: true,
  seen: NEVER,
});

const shortId = ({ id }: EntityRequest): string => id.slice(0, ID_LENGTH);

function noted(request: EntityRequest, from: Received): EntityRequest {
  from.ids.push(shortId(request));
  if (from.ids.length > KEPT_IDS) {
    from.ids.shift();
    from.hasAllIds = false;
  }
  return request;
}

function inOrder(buffered: ReadonlyMap<bigint, EntityRequest>): EntityRequest[] {
  return [...buffered.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function toTicks(value: unknown): bigint {
  return typeof value === "string" ? parseTicks(value) : NEVER;
}

function toText(ticks: bigint): string {
  return ticks === NEVER ? UNSTAMPED : jsonTime(formatTicks(ticks));
}
