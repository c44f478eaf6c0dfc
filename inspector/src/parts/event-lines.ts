import type { StreamEvent } from "../../../local/src/inspector/api.ts";

export type LineEvent = Extract<StreamEvent, { kind: "line" }>;

/** A reopened stream starts with its latest events; returns those that are new. */
export function withoutSeen(arrived: readonly StreamEvent[], seen: readonly StreamEvent[]): readonly StreamEvent[] {
  const known = new Set(seen.map((it) => JSON.stringify(it)));
  return known.size === 0 ? arrived : arrived.filter((it) => !known.has(JSON.stringify(it)));
}

/** The latest lines, oldest first, that contain all words of `filter`, ignoring case. */
export function latestLines(events: readonly StreamEvent[], filter: string, limit: number): readonly LineEvent[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found: LineEvent[] = [];
  for (let i = events.length - 1; i >= 0 && found.length < limit; i--) {
    const event = events[i];
    if (event?.kind === "line" && hasAll(event, words)) found.push(event);
  }
  return found.reverse();
}

function hasAll({ text, source, level, instanceId }: LineEvent, words: readonly string[]): boolean {
  const whole = `${level} ${source} ${instanceId ?? ""} ${text}`.toLowerCase();
  return words.every((it) => whole.includes(it));
}
