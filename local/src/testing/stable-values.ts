import { jsonOrText } from "../shared/json-or-text.ts";
import { toDurationText } from "./duration.ts";

const GUID = /\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/gi;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

/**
 * Replaces values that differ between runs: ids with numbers in order of appearance, times with the time since a start.
 */
export class StableValues {
  readonly #ids = new Map<string, string>();
  readonly #startedAtMs: number | null;

  /**
   * @param ids - Known ids; generated ones among them get the first numbers.
   * @param startedAtMs - Origin of the times; null if they differ between runs anyway.
   */
  constructor(ids: readonly string[], startedAtMs: number | null) {
    this.#startedAtMs = startedAtMs;
    for (const id of ids) this.of(id);
  }

  of(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return value.map((it) => this.of(it));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [this.#text(key), this.of(inner)]));
  }

  /** Like {@link of}, for text that may be JSON. */
  ofText(text: string | null): unknown {
    return this.of(jsonOrText(text));
  }

  #text(text: string): string {
    return text.replace(GUID, (id) => this.#id(id)).replace(TIME, (time) => this.#time(time));
  }

  #id(id: string): string {
    const key = id.toLowerCase();
    const known = this.#ids.get(key) ?? `<id ${this.#ids.size + 1}>`;
    this.#ids.set(key, known);
    return known;
  }

  #time(time: string): string {
    if (this.#startedAtMs === null) return "<time>";
    const ms = Date.parse(time) - this.#startedAtMs;
    return ms < 0 ? `<start-${toDurationText(-ms)}>` : `<start+${toDurationText(ms)}>`;
  }
}
