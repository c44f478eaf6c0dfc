// Rows of the patched table service, as they are kept in memory.

import type { Collection, Database, Doc } from "./loki.ts";

type Value = string | number | boolean | null | undefined;

/** A row as Azurite's handlers use it. */
export type Entity = Partial<Doc> & {
  PartitionKey: string;
  RowKey: string;
  eTag: string;
  lastModifiedTime: string;
  properties: Record<string, Value>;
};

/** The names of a row's properties in their order, each with its value if the value is the type of another property. */
type Layout = readonly (readonly [name: string, type: string | undefined])[];
type Content = Pick<Entity, "eTag" | "lastModifiedTime" | "properties">;

const TYPE_ENDING = "@odata.type";
// A table's rows have few layouts; a program that names properties by their values must not fill the memory with them.
const MAX_LAYOUTS = 1000;
// Below this, packing what was loaded would cost more than it saves.
const MANY_ROWS = 100_000;

// As many as are in use at a time: the rows of an instance are written within seconds.
const MAX_KEYS = 10_000;

const layouts = new Map<string, Layout>();
const keys = new Map<string, string>();
/** A row is read property by property: the last one that was read stays unpacked. */
let unpacked: { row: StoredEntity; content: Content } | undefined;

/**
 * A row whose values are one text. With an object per value, rows take more than twice the memory, and the garbage
 * collector visits all these objects again and again.
 */
export class StoredEntity implements Doc {
  // LokiJS adds and deletes it; declared first, all rows have one hidden class.
  $loki: number;
  readonly PartitionKey: string;
  readonly RowKey: string;
  readonly #layout: Layout;
  readonly #values: string;

  constructor({ $loki, PartitionKey, RowKey, eTag, lastModifiedTime, properties }: Entity) {
    this.$loki = $loki as number;
    this.PartitionKey = shared(PartitionKey);
    this.RowKey = shared(RowKey);
    this.#layout = layoutOf(properties);
    const values = this.#layout.filter(([, type]) => type === undefined).map(([name]) => properties[name]);
    this.#values = JSON.stringify([eTag, lastModifiedTime, ...values]);
  }

  get eTag(): string {
    return this.#read().eTag;
  }

  get lastModifiedTime(): string {
    return this.#read().lastModifiedTime;
  }

  get properties(): Entity["properties"] {
    return this.#read().properties;
  }

  /** LokiJS notes the times of changes there, which nothing reads. */
  get meta(): object {
    return { revision: 0, created: 0, version: 0 };
  }

  /** As LokiJS writes it. */
  toJSON(): Entity & { meta: object } {
    const { $loki, PartitionKey, RowKey, meta } = this;
    return { PartitionKey, RowKey, ...this.#read(), $loki, meta };
  }

  #read(): Content {
    if (unpacked?.row === this) return unpacked.content;
    const [eTag, lastModifiedTime, ...values] = JSON.parse(this.#values) as [string, string, ...Value[]];
    let at = 0;
    // As `fromEntries` defines them, no name has a special meaning.
    const properties = Object.fromEntries(this.#layout.map(([name, type]) => [name, type ?? values[at++]]));
    const content = { eTag, lastModifiedTime, properties };
    unpacked = { row: this, content };
    return content;
  }
}

/** Packs the rows of a database that was just loaded, if they are many. */
export function packLoaded({ collections }: Database): void {
  for (const { data } of collections as Collection<Doc | (Doc & Entity)>[]) {
    if (data.length < MANY_ROWS) continue;
    for (const [at, doc] of data.entries()) if ("properties" in doc) data[at] = new StoredEntity(doc);
  }
}

/** @returns An equal text that rows share, and that is not part of a larger one: a key is a piece of its request's URL, all of which it would keep. */
function shared(key: string): string {
  const known = keys.get(key);
  if (known !== undefined) return known;
  if (keys.size >= MAX_KEYS) keys.clear();
  const copy = JSON.parse(JSON.stringify(key)) as string;
  keys.set(copy, copy);
  return copy;
}

function layoutOf(properties: Entity["properties"]): Layout {
  const layout = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, isTypeOf(name, value) ? value : undefined] as const);
  const key = JSON.stringify(layout);
  const known = layouts.get(key);
  if (known === undefined && layouts.size < MAX_LAYOUTS) layouts.set(key, layout);
  return known ?? layout;
}

const isTypeOf = (name: string, value: Value): value is string =>
  name.endsWith(TYPE_ENDING) && typeof value === "string";
