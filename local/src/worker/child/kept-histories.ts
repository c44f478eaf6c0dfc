import { isRecord } from "@same-kit/shared";
import type { HistoryReference } from "../messages.ts";

/** Parsed histories of orchestrations, as far as the host sent them: it says what is kept, and what is dropped. */
export class KeptHistories {
  readonly #kept = new Map<string, readonly unknown[]>();

  /**
   * Puts what is kept before what was sent, in the trigger's value.
   *
   * The library looks through all values of the trigger, at every call, for timestamps to turn into dates. That is done here, once
   * for each event, and the list is left out of what it enumerates: it reads the history by its name.
   *
   * @param isEnumerable - Where other code looks at the trigger too.
   * @returns false where it is not kept here, and the host must send the whole.
   */
  complete({ instanceId, keep, drop }: HistoryReference, trigger: unknown, isEnumerable = true): boolean {
    const kept = this.#kept.get(instanceId) ?? [];
    if (kept.length < keep || !isRecord(trigger) || !Array.isArray(trigger["history"])) return false;
    const sent: unknown[] = trigger["history"];
    // A list of its own for each call: the library walks through it while the call runs.
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

/** As the library does it: durable-functions 3.5, lib/src/util/Utils.js, parseTimestampsAsDates. */
function parseTimestamps(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const { Timestamp: text } = value as { Timestamp?: unknown };
  if (typeof text === "string" && Object.hasOwn(value, "Timestamp"))
    Object.assign(value, { Timestamp: new Date(text) });
  for (const member of Object.values(value)) parseTimestamps(member);
}
