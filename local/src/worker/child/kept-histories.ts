import { isRecord } from "@same-kit/shared";
import type { HistoryReference } from "../messages.ts";

/** Parsed histories of orchestrations, as far as the host sent them: it says what is kept, and what is dropped. */
export class KeptHistories {
  readonly #kept = new Map<string, readonly unknown[]>();

  /**
   * Puts what is kept before what was sent, in the trigger's value.
   *
   * @returns false where it is not kept here, and the host must send the whole.
   */
  complete({ instanceId, keep, drop }: HistoryReference, trigger: unknown): boolean {
    const kept = this.#kept.get(instanceId) ?? [];
    if (kept.length < keep || !isRecord(trigger) || !Array.isArray(trigger["history"])) return false;
    // A list of its own for each call: the library walks through it while the call runs.
    const history: unknown[] = [...kept.slice(0, keep), ...trigger["history"]];
    trigger["history"] = history;
    this.#kept.set(instanceId, history);
    for (const other of drop) this.#kept.delete(other);
    return true;
  }
}
