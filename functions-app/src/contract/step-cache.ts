/** The step's result may be taken from the app's cache and is stored there. Absent from a request: neither. */
export type CacheWish = {
  /** The maximum age of a result; absent: any age that the app keeps. 0: never take one. */
  maxAgeSeconds?: number;
  /** The name of the notebook, used to report what has changed since. */
  notebook?: string;
};

/** The outcome of the cache lookup for a step, in its record. */
export type CacheOutcome = {
  isHit: boolean;
  /** The first difference from the cached result, as the end of a sentence. */
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

/** Response of `GET /api/cache`: the contents of the app's cache. */
export type CacheSummary = {
  /** The number of cached step results. */
  results: number;
  sizeBytes: number;
  /** When the oldest and the newest result were stored (ISO 8601); null if there is none. */
  oldestAt: string | null;
  newestAt: string | null;
  /** If these limits are exceeded, results are removed. */
  maxBytes: number;
  maxDays: number;
};

/** Response of `DELETE /api/cache`: what was removed. */
export type ClearedCache = { results: number; freedBytes: number };
