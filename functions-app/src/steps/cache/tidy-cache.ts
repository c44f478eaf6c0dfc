import type { Limits } from "../../contract/limits.ts";
import type { CacheSummary, ClearedCache } from "../../contract/step-cache.ts";
import { inParallel } from "../in-parallel.ts";
import type { CacheBlob, CacheBlobs } from "./cache-blobs.ts";

// Listing a container costs requests, and a process usually runs many steps.
const EVERY_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
// Contents that another step is still writing have no `entry.json` yet.
const UNFINISHED_MS = 60 * 60 * 1000;

/** Tidies the cache at most every ten minutes, unless much was added since the last time. */
export class CacheTidier {
  #next = 0;
  #addedBytes = 0;

  /** @param sizeBytes - The size of the entry that was stored. */
  async afterStoring(
    sizeBytes: number,
    blobs: CacheBlobs,
    limits: Pick<Limits, "cacheBytes" | "cacheDays">,
  ): Promise<void> {
    this.#addedBytes += sizeBytes;
    if (Date.now() < this.#next && this.#addedBytes < limits.cacheBytes / 16) return;
    this.#next = Date.now() + EVERY_MS;
    this.#addedBytes = 0;
    await tidyCache(blobs, limits, new Date());
  }
}

type Group = { id: string; blobs: CacheBlob[]; sizeBytes: number; usedAt: number; isWhole: boolean };

/** Removes entries that are too old, and then the oldest ones until the total size is within its limit. */
export async function tidyCache(
  blobs: CacheBlobs,
  { cacheBytes, cacheDays }: Pick<Limits, "cacheBytes" | "cacheDays">,
  now: Date,
): Promise<void> {
  const groups = groupUp(await blobs.list("")).sort((left, right) => right.usedAt - left.usedAt);
  let size = 0;
  for (const group of groups) {
    const age = now.getTime() - group.usedAt;
    if (!group.isWhole && age < UNFINISHED_MS) continue;
    size += group.sizeBytes;
    if (!group.isWhole || age > cacheDays * DAY_MS || size > cacheBytes) await removeGroup(group, blobs);
  }
}

export async function summarizeCache(
  blobs: Pick<CacheBlobs, "list">,
): Promise<Omit<CacheSummary, "maxBytes" | "maxDays">> {
  const groups = groupUp(await blobs.list(""));
  const times = groups
    .filter(isResult)
    .map(({ usedAt }) => usedAt)
    .sort((left, right) => left - right);
  const toTime = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    results: times.length,
    sizeBytes: groups.reduce((sum, group) => sum + group.sizeBytes, 0),
    oldestAt: toTime(times[0]),
    newestAt: toTime(times.at(-1)),
  };
}

/** Removes everything except what a step is currently writing. */
export async function clearCache(blobs: Pick<CacheBlobs, "list" | "remove">, now: Date): Promise<ClearedCache> {
  const cleared: ClearedCache = { results: 0, freedBytes: 0 };
  for (const group of groupUp(await blobs.list(""))) {
    if (!group.isWhole && now.getTime() - group.usedAt < UNFINISHED_MS) continue;
    await removeGroup(group, blobs);
    cleared.results += isResult(group) ? 1 : 0;
    cleared.freedBytes += group.sizeBytes;
  }
  return cleared;
}

/** Excludes the pointers to the newest result of a step. */
const isResult = ({ id, isWhole }: Group): boolean => isWhole && !id.startsWith("latest/");

/** @param id - `KEY/SEEN` */
export async function removeEntry(id: string, blobs: CacheBlobs): Promise<void> {
  for (const group of groupUp(await blobs.list(`${id}/`))) await removeGroup(group, blobs);
}

/** Removes `entry.json` first, which makes it an entry. */
async function removeGroup({ id, blobs: own }: Group, blobs: Pick<CacheBlobs, "remove">): Promise<void> {
  await blobs.remove(`${id}/entry.json`);
  await inParallel(own, ({ name }) => blobs.remove(name));
}

/** The entries, and each `latest/STEP.json` as a separate group. */
function groupUp(all: readonly CacheBlob[]): Group[] {
  const groups = new Map<string, CacheBlob[]>();
  for (const blob of all) {
    const id = blob.name.startsWith("latest/") ? blob.name : blob.name.slice(0, blob.name.lastIndexOf("/"));
    groups.set(id, [...(groups.get(id) ?? []), blob]);
  }
  return [...groups].map(([id, blobs]) => {
    const entry = blobs.find(({ name }) => name === id || name === `${id}/entry.json`);
    const times = blobs.map(({ modifiedAt }) => modifiedAt.getTime());
    const usedAt = entry?.modifiedAt.getTime() ?? Math.max(...times);
    const sizeBytes = blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0);
    return { id, blobs, sizeBytes, usedAt, isWhole: entry !== undefined };
  });
}
