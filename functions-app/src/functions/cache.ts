import { app, type HttpRequest, type HttpResponseInit } from "@azure/functions";
import * as df from "durable-functions";
import { resolveLimits } from "../contract/limits.ts";
import type { CacheSummary, ClearedCache } from "../contract/step-cache.ts";
import { type CacheBlobs, openCacheBlobs } from "../steps/cache/cache-blobs.ts";
import { clearCache, summarizeCache } from "../steps/cache/tidy-cache.ts";
import { hasAccess } from "./access-key.ts";
import { refuse, UNAUTHORIZED } from "./problem-answer.ts";

type CacheDeps = { env: NodeJS.ProcessEnv; blobs: Pick<CacheBlobs, "list" | "remove"> };

/**
 * Registers the requests about the step cache, which require the access key:
 *
 * - `GET /api/cache`: returns a {@link CacheSummary}.
 * - `DELETE /api/cache`: removes all results; returns a {@link ClearedCache}.
 */
export function registerCache(): void {
  app.http("cache", {
    route: "cache",
    methods: ["GET", "DELETE"],
    authLevel: "anonymous",
    extraInputs: [df.input.durableClient()],
    handler: (request, context) => {
      const { taskHubName } = df.getClient(context);
      return answerCache(request, { env: process.env, blobs: openCacheBlobs(process.env, taskHubName) });
    },
  });
}

/** Exported for tests. */
export async function answerCache(request: HttpRequest, { env, blobs }: CacheDeps): Promise<HttpResponseInit> {
  if (!hasAccess(request, env)) return refuse(UNAUTHORIZED);
  const { cacheBytes: maxBytes, cacheDays: maxDays } = resolveLimits(env);
  const answer: CacheSummary | ClearedCache =
    request.method === "DELETE"
      ? await clearCache(blobs, new Date())
      : { ...(await summarizeCache(blobs)), maxBytes, maxDays };
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) };
}
