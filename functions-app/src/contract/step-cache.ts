/** A step may be taken from the app's cache, and its result goes there. Absent from a request: neither. */
export type CacheWish = {
  /** How old a result may be; absent: as old as the app keeps them. 0: none is taken. */
  maxAgeSeconds?: number;
  /** Which notebook it is of, so that the cache can tell what has changed since. */
  notebook?: string;
};

/** What the cache did for a step, in its record. */
export type CacheOutcome = {
  isHit: boolean;
  /** As the end of a sentence: the first thing that differs from the result that the cache had. */
  why: string;
  /** The run whose result was taken, and when it was stored (ISO 8601). */
  runId?: string;
  storedAt?: string;
};

const MAX_NOTEBOOK_LENGTH = 200;

export function isCacheWish(value: unknown): value is CacheWish {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { maxAgeSeconds, notebook, ...others } = value as Record<string, unknown>;
  const isAge = maxAgeSeconds === undefined || (Number.isFinite(maxAgeSeconds) && (maxAgeSeconds as number) >= 0);
  const isNamed = notebook === undefined || (typeof notebook === "string" && notebook.length <= MAX_NOTEBOOK_LENGTH);
  return isAge && isNamed && Object.keys(others).length === 0;
}

/** Answer of `GET /api/cache`: what the app's cache has. */
export type CacheSummary = {
  /** How many steps' results. */
  results: number;
  sizeBytes: number;
  /** When the oldest and the newest result were stored (ISO 8601); null where there is none. */
  oldestAt: string | null;
  newestAt: string | null;
  /** Beyond these, results are removed. */
  maxBytes: number;
  maxDays: number;
};

/** Answer of `DELETE /api/cache`: what was removed. */
export type ClearedCache = { results: number; freedBytes: number };
