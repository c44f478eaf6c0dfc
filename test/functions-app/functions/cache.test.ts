import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { answerCache } from "../../../functions-app/src/functions/cache.ts";
import { MemoryCache } from "../../helpers/memory-cache.ts";

async function open(env: Record<string, string> = {}) {
  const blobs = new MemoryCache();
  await blobs.write("k/a/entry.json", Buffer.from("{}"));
  const ask = async (method: string, key = "k") => {
    const request = new HttpRequest({
      method,
      url: "https://app.example/api/cache",
      headers: { "x-functions-key": key },
    });
    const { status, body } = await answerCache(request, { env: { SAME_ACCESS_KEY: "k", ...env }, blobs });
    return { status, body: JSON.parse(String(body)) };
  };
  return { ask, blobs };
}

test("the app reports the content and limits of its cache, and clears it", async () => {
  const { ask, blobs } = await open({ SAME_CACHE_DAYS: "5", SAME_MAX_CACHE_BYTES: "1000" });
  expect(await ask("GET")).toMatchObject({
    status: 200,
    body: { results: 1, sizeBytes: 2, maxDays: 5, maxBytes: 1000 },
  });
  expect(await ask("DELETE")).toEqual({ status: 200, body: { results: 1, freedBytes: 2 } });
  expect(blobs.contents.contents.size).toBe(0);
  expect((await ask("GET")).body).toMatchObject({ results: 0, oldestAt: null });
});

test("the cache is only accessible with the access key", async () => {
  const { ask, blobs } = await open();
  expect((await ask("GET", "wrong")).status).toBe(401);
  expect((await ask("DELETE", "wrong")).status).toBe(401);
  expect(blobs.contents.contents.size).toBe(1);
});
