import type { CacheSummary, ClearedCache } from "@same-kit/functions-app/contract";
import * as z from "zod/mini";
import { parseAnswer } from "./parse-answer.ts";

const cacheSummary = z.object({
  results: z.number(),
  sizeBytes: z.number(),
  oldestAt: z.nullable(z.string()),
  newestAt: z.nullable(z.string()),
  maxBytes: z.number(),
  maxDays: z.number(),
});

const clearedCache = z.object({ results: z.number(), freedBytes: z.number() });

/** @throws OperationError `ERR_APP_ANSWER` */
export function parseCacheSummary(text: string, url: string): CacheSummary {
  return parseAnswer(cacheSummary, text, url, "what the cache has");
}

/** @throws OperationError `ERR_APP_ANSWER` */
export function parseClearedCache(text: string, url: string): ClearedCache {
  return parseAnswer(clearedCache, text, url, "what was removed from the cache");
}
