import { sha256Of } from "@same-kit/shared";
import type { RunFile } from "../../contract/run-files.ts";
import type { CacheOutcome } from "../../contract/step-cache.ts";
import type { Place } from "../content-copy.ts";
import type { RunBlobs } from "../run-blobs.ts";
import type { SessionParts } from "../session-parts.ts";
import type { CacheBlobs } from "./cache-blobs.ts";
import { type CacheEntry, type Completed, parseEntry } from "./cache-entry.ts";
import {
  CACHE_FORMAT,
  firstDifference,
  hashOf,
  type Ingredients,
  ingredientsOf,
  keyOf,
  type StepFacts,
} from "./ingredients.ts";
import { FoundFiles, type ReportedReads } from "./seen-files.ts";
import { removeEntry } from "./tidy-cache.ts";
import { restoreEntry, storeEntry } from "./transfer-entry.ts";

type StepCacheOptions = StepFacts & {
  blobs: CacheBlobs;
  /** The contents of the run. */
  runBlobs: RunBlobs;
  runSessions: SessionParts;
  /** In ms since 1970. */
  now: () => number;
};

// Each set of files that the step has seen is a separate entry; checking more than a few is not worthwhile.
const MAX_LOOKED_AT = 20;

/** The cache, for one step. A problem with the cache is a reason to run the step, never a failure. */
export class StepCache {
  readonly #options: StepCacheOptions;
  readonly #ingredients: Ingredients;
  readonly #found: FoundFiles;
  #why = "the cache has no result for it";

  constructor(options: StepCacheOptions) {
    this.#options = options;
    this.#ingredients = ingredientsOf(options);
    const { workspace, sources } = options.contents;
    const own = Object.entries(sources).flatMap(([name, content]) => (content ? [[name, sha256Of(content)]] : []));
    this.#found = new FoundFiles(workspace.files, Object.fromEntries(own) as Record<string, string>);
  }

  /** The outcome for the step's record if the step ran. */
  get missed(): CacheOutcome {
    return { isHit: false, why: this.#why };
  }

  /** @returns The cached result, as the run's own; undefined if the step has to run. */
  async take(): Promise<Completed | undefined> {
    try {
      const entry = await this.#find();
      return entry && (await this.#restore(entry));
    } catch (error) {
      this.#why = `the cache could not be read (${(error as Error).message.split("\n")[0]})`;
      return undefined;
    }
  }

  /**
   * Stores the step's result.
   *
   * @param files - The working directory after it.
   * @returns Its size. @throws Error if it cannot be stored.
   */
  async keep(result: Completed, reads: ReportedReads, files: readonly RunFile[]): Promise<number> {
    const { input, contents, blobs, now } = this.#options;
    const seen = this.#found.see(reads);
    const before = new Map(contents.workspace.files.map((file) => [file.path, file]));
    const after = new Set(files.map(({ path }) => path));
    const entry: CacheEntry = {
      formatVersion: CACHE_FORMAT,
      storedAt: new Date(now()).toISOString(),
      runId: input.instanceId,
      ingredients: this.#ingredients,
      seen,
      cells: (input.step.cells ?? []).map(({ number }) => number),
      changed: files.filter((file) => JSON.stringify(file) !== JSON.stringify(before.get(file.path))),
      deleted: [...before.keys()].filter((path) => !after.has(path)),
      record: result.record,
      python: result.python,
      ...(result.hasExited && { hasExited: true }),
      ...(result.variables && { variables: result.variables }),
      ...(result.variables_omitted && { variables_omitted: result.variables_omitted }),
    };
    const id = `${keyOf(this.#ingredients)}/${hashOf(seen).slice(0, 32)}`;
    const sizeBytes = await storeEntry({ entry, id, result, from: this.#run(), blobs });
    await blobs.write(this.#latestName(), Buffer.from(JSON.stringify(this.#ingredients)));
    return sizeBytes;
  }

  async #find(): Promise<{ id: string; entry: CacheEntry } | undefined> {
    const { blobs, input, now } = this.#options;
    const { maxAgeSeconds = Number.POSITIVE_INFINITY } = input.step.cache ?? {};
    const listed = await blobs.list(`${keyOf(this.#ingredients)}/`);
    const names = listed.filter(({ name }) => name.endsWith("/entry.json"));
    names.sort((left, right) => right.modifiedAt.getTime() - left.modifiedAt.getTime());
    const whys: string[] = [];
    for (const { name } of names.slice(0, MAX_LOOKED_AT)) {
      const id = name.slice(0, -"/entry.json".length);
      const entry = parseEntry(await blobs.read(name));
      const change = entry && this.#found.findChange(entry.seen);
      const isTooOld = entry !== undefined && now() - Date.parse(entry.storedAt) >= maxAgeSeconds * 1000;
      if (entry !== undefined && change === undefined && !isTooOld) return { id, entry };
      whys.push(change ?? (entry === undefined ? DAMAGED : `its result of ${entry?.storedAt} is too old`));
    }
    this.#why = whys[0] ?? (await this.#whyNone());
    return undefined;
  }

  async #whyNone(): Promise<string> {
    const latest = await this.#options.blobs.read(this.#latestName());
    if (latest === undefined) return this.#why;
    // Nothing differs if the result itself was removed in the meantime.
    return firstDifference(JSON.parse(String(latest)) as Ingredients, this.#ingredients) ?? this.#why;
  }

  async #restore({ id, entry }: { id: string; entry: CacheEntry }): Promise<Completed | undefined> {
    const { blobs, input, contents, limits } = this.#options;
    try {
      const from = { id, blobs: blobs.contents, sessions: blobs.sessions };
      const to = this.#run();
      return await restoreEntry({ entry, from, to, input, workspace: contents.workspace, limits });
    } catch {
      this.#why = DAMAGED;
      await removeEntry(id, blobs);
      return undefined;
    }
  }

  #run(): Place {
    const { input, runBlobs: blobs, runSessions: sessions } = this.#options;
    return { id: input.instanceId, blobs, sessions };
  }

  #latestName(): string {
    const { input } = this.#options;
    return `latest/${hashOf([input.step.cache?.notebook ?? "", input.step.name])}.json`;
  }
}

const DAMAGED = "its result in the cache is damaged";
