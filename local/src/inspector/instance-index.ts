import { Limiter } from "@same-kit/shared";
import type { InstanceList, InstanceSummary } from "./api.ts";
import { toSummary } from "./instance-summary.ts";
import type { ManagementApi } from "./management-api.ts";

export type Changes = { changed: InstanceSummary[]; removed: string[] };

/** As many as a page can hold and sort without lag. */
const MAX_INSTANCES = 20_000;
const PAGE = 1000;
const READS_AT_ONCE = 8;

/** Summaries of all instances of a hub, because storage lists instances only by ID and users want the newest. */
export class InstanceIndex {
  readonly #api: ManagementApi;
  readonly #maxInstances: number;
  #byId = new Map<string, InstanceSummary>();
  #omitted = 0;

  constructor(api: ManagementApi, maxInstances = MAX_INSTANCES) {
    this.#api = api;
    this.#maxInstances = maxInstances;
  }

  get list(): InstanceList {
    return { instances: newestFirst([...this.#byId.values()]), omitted: this.#omitted };
  }

  /** Reads all instances. */
  async scan(): Promise<Changes> {
    const found: InstanceSummary[] = [];
    let token: string | null = null;
    do {
      const page = await this.#api.instances(token, PAGE);
      for (const item of page.items) {
        const summary = toSummary(item);
        if (summary !== null) found.push(summary);
      }
      token = page.continuationToken;
    } while (token !== null);
    const kept = newestFirst(found).slice(0, this.#maxInstances);
    const before = this.#byId;
    this.#byId = new Map(kept.map((it) => [it.id, it]));
    this.#omitted = found.length - kept.length;
    return {
      changed: kept.filter((it) => !isSame(before.get(it.id), it)),
      removed: [...before.keys()].filter((id) => !this.#byId.has(id)),
    };
  }

  /** Reads some instances, again or for the first time. */
  async touch(ids: readonly string[]): Promise<Changes> {
    const limiter = new Limiter(READS_AT_ONCE);
    const read = async (id: string) => {
      const item = await this.#api.instance(id);
      return { id, summary: item === null ? null : toSummary(item) };
    };
    const found = await Promise.all(ids.map((id) => limiter.run(() => read(id))));
    const changes: Changes = { changed: [], removed: [] };
    for (const { id, summary } of found) {
      if (summary === null) {
        if (this.#byId.delete(id)) changes.removed.push(id);
      } else if (!isSame(this.#byId.get(id), summary)) {
        this.#byId.set(id, summary);
        changes.changed.push(summary);
      }
    }
    return changes;
  }
}

function newestFirst(instances: InstanceSummary[]): InstanceSummary[] {
  return instances.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

function isSame(before: InstanceSummary | undefined, now: InstanceSummary): boolean {
  return (
    before !== undefined &&
    before.status === now.status &&
    before.updatedAt === now.updatedAt &&
    before.createdAt === now.createdAt &&
    before.name === now.name &&
    before.step?.index === now.step?.index
  );
}
