import { isRecord } from "@same-kit/shared";
import type { HistoryReference } from "../messages.ts";

/**
 * Parsed histories of orchestrations, as far as the host has sent them. The host decides what is kept and what is
 * dropped.
 */
export class KeptHistories {
  readonly #kept = new Map<string, readonly unknown[]>();

  /**
   * Prepends the kept events to those that were sent, in the trigger's value.
   *
   * The library searches all values of the trigger, on every call, for timestamps to convert to dates. Here this is
   * done once per event, and the list is made non-enumerable, because the library reads the history by name.
   *
   * @param isEnumerable - Set if other code examines the trigger too.
   * @returns false if the history is not kept here, so the host must send all of it.
   */
  complete({ instanceId, keep, drop }: HistoryReference, trigger: unknown, isEnumerable = true): boolean {
    const kept = this.#kept.get(instanceId) ?? [];
    if (kept.length < keep || !isRecord(trigger) || !Array.isArray(trigger["history"])) return false;
    const sent: unknown[] = trigger["history"];
    // A separate list for each call: the library iterates over it while the call runs.
    const history: unknown[] = [...kept.slice(0, keep), ...sent];
    if (!isEnumerable) for (const event of sent) parseTimestamps(event);
    Object.defineProperty(trigger, "history", {
      value: history,
      enumerable: isEnumerable,
      writable: true,
      configurable: true,
    });
    this.#kept.set(instanceId, history);
    for (const other of drop) this.#kept.delete(other);
    return true;
  }
}

/** Same behavior as the library: durable-functions 3.5, lib/src/util/Utils.js, parseTimestampsAsDates. */
function parseTimestamps(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const { Timestamp: text } = value as { Timestamp?: unknown };
  if (typeof text === "string" && Object.hasOwn(value, "Timestamp"))
    Object.assign(value, { Timestamp: new Date(text) });
  for (const member of Object.values(value)) parseTimestamps(member);
}
