import type { CacheWish, InitiateRequest } from "@same-kit/functions-app/contract";
import { durationSeconds } from "./cell-tags.ts";
import type { Step } from "./split-steps.ts";

/** Which steps may be taken from the app's cache: those with a tag `cache=DURATION`, all of them, or none. */
export type CacheMode = "tags" | "all" | "none";

const MAX_NAME_LENGTH = 200;

/** The request with the cache wish of each step; a tag takes precedence over `all`. @param notebook - The notebook's name. */
export function withCacheWishes(
  request: InitiateRequest,
  steps: readonly Step[],
  { mode, notebook }: { mode: CacheMode; notebook: string },
): InitiateRequest {
  if (mode === "none") return request;
  const name = notebook.slice(0, MAX_NAME_LENGTH);
  const wishes = steps.map(({ cache }): CacheWish | null => {
    const seconds = cache === null ? null : durationSeconds(cache);
    if (seconds === null) return mode === "all" ? { notebook: name } : null;
    // No result is younger than 0 seconds.
    return seconds === 0 ? null : { maxAgeSeconds: seconds, notebook: name };
  });
  const merged = request.steps.map((step, index) => {
    const cache = wishes[index];
    return cache ? { ...step, cache } : step;
  });
  return { steps: merged };
}
