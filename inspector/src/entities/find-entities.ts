import type { EntitySummary, Payload } from "../../../local/src/inspector/api.ts";

/** Entities whose name, key or state contains all words of `filter`, ignoring case, ordered by name and key. */
export function findEntities(entities: readonly EntitySummary[], filter: string): readonly EntitySummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entities.filter(({ name, key, state }) => {
    const text = `@${name}@${key} ${statePreview(state)}`.toLowerCase();
    return words.every((it) => text.includes(it));
  });
  return found.sort((a, b) => compare(a.name, b.name) || compare(a.key, b.key));
}

/** The state as one line. */
export function statePreview(state: Payload): string {
  return "json" in state ? JSON.stringify(state.json) : `${state.preview} …`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
