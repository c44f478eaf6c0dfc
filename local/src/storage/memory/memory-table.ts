import { StorageError } from "../storage-errors.ts";
import type {
  Entity,
  EntityKey,
  StorageTable,
  StoredEntity,
  TableAction,
  TablePage,
  TableQuery,
  WriteMode,
} from "../storage-table.ts";
import type { Columns } from "../table-values.ts";
import { keyOf, requireStorable, requireTransaction } from "./entity-rules.ts";
import { matches, onlyPartition } from "./filter-match.ts";
import { requireTableName } from "./resource-names.ts";
import { SortedMap } from "./sorted-map.ts";
import type { Turns } from "./turn.ts";

type Partition = SortedMap<StoredEntity>;

const MAX_PAGE = 1000;

let lastEtag = 0;

export class MemoryTable implements StorageTable {
  readonly name: string;
  readonly #turns: Turns;
  readonly #partitions = new SortedMap<Partition>();
  #exists = false;

  constructor(name: string, turns: Turns) {
    this.name = name;
    this.#turns = turns;
  }

  get isCreated(): boolean {
    return this.#exists;
  }

  async createIfNotExists(): Promise<void> {
    await this.#turns.next();
    requireTableName(this.name);
    this.#exists = true;
  }

  async get(key: EntityKey): Promise<StoredEntity> {
    await this.#begin();
    const found = this.#find(key);
    if (found === undefined) throw new StorageError(404, "ResourceNotFound");
    return found;
  }

  async insert(entity: Entity): Promise<string> {
    await this.#begin();
    return this.#write({ kind: "insert", entity });
  }

  async update(
    entity: Entity,
    mode: WriteMode,
    { etag, signal }: { etag?: string; signal?: AbortSignal } = {},
  ): Promise<string> {
    await this.#begin(signal);
    return this.#write({ kind: "update", entity, mode, ...(etag === undefined ? {} : { etag }) });
  }

  async upsert(entity: Entity, mode: WriteMode): Promise<string> {
    await this.#begin();
    return this.#write({ kind: "upsert", entity, mode });
  }

  async delete(key: EntityKey): Promise<void> {
    await this.#begin();
    this.#check({ kind: "delete", key });
    this.#remove(key);
  }

  async transact(
    actions: readonly TableAction[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<(string | null)[]> {
    await this.#begin(signal);
    requireTransaction(actions);
    for (const action of actions) this.#check(action);
    return actions.map((action) => {
      if (action.kind !== "delete") return this.#store(action);
      this.#remove(action.key);
      return null;
    });
  }

  async *query(query: TableQuery = {}): AsyncIterable<StoredEntity> {
    let continuationToken: string | null = null;
    do {
      const page = { size: MAX_PAGE, ...(continuationToken === null ? {} : { continuationToken }) };
      const found: TablePage = await this.queryPage(query, page);
      yield* found.entities;
      ({ continuationToken } = found);
    } while (continuationToken !== null);
  }

  async queryPage(
    { filter, select, signal }: TableQuery,
    { size, continuationToken }: { size: number; continuationToken?: string },
  ): Promise<TablePage> {
    await this.#begin(signal);
    if (size < 1 || size > MAX_PAGE) throw new StorageError(400, "InvalidInput");
    const from = continuationToken === undefined ? null : parseToken(continuationToken);
    const entities: StoredEntity[] = [];
    for (const entity of this.#from(from, onlyPartition(filter))) {
      if (filter !== undefined && !matches(filter, entity)) continue;
      if (entities.length === size) return { entities, continuationToken: toToken(entity) };
      entities.push(select === undefined ? entity : { ...entity, columns: selected(entity.columns, select) });
    }
    return { entities, continuationToken: null };
  }

  async #begin(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#turns.next();
    signal?.throwIfAborted();
    if (!this.#exists) throw new StorageError(404, "TableNotFound");
  }

  *#from(first: EntityKey | null, only: string | null): Iterable<StoredEntity> {
    const start = first?.partitionKey ?? only ?? "";
    for (const [partitionKey, partition] of this.#partitions.from(start)) {
      if (only !== null && partitionKey !== only) return;
      for (const [, entity] of partition.from(partitionKey === first?.partitionKey ? first.rowKey : "")) yield entity;
    }
  }

  #find({ partitionKey, rowKey }: EntityKey): StoredEntity | undefined {
    return this.#partitions.get(partitionKey)?.get(rowKey);
  }

  /** @throws StorageError if the operation is not possible. */
  #check(action: TableAction): void {
    if (action.kind !== "delete") requireStorable(action.entity);
    const stored = this.#find(keyOf(action));
    if (action.kind === "insert" && stored !== undefined) throw new StorageError(409, "EntityAlreadyExists");
    if (action.kind === "insert" || action.kind === "upsert") return;
    if (stored === undefined) throw new StorageError(404, "ResourceNotFound");
    const etag = action.kind === "update" ? (action.etag ?? "*") : "*";
    if (etag !== "*" && etag !== stored.etag) throw new StorageError(412, "UpdateConditionNotSatisfied");
  }

  #write(action: Exclude<TableAction, { kind: "delete" }>): string {
    this.#check(action);
    return this.#store(action);
  }

  /** Entities are never modified in place, so a reader's copy stays as it was read. */
  #store(action: Exclude<TableAction, { kind: "delete" }>): string {
    const { partitionKey, rowKey, columns: written } = action.entity;
    const isMerge = action.kind !== "insert" && action.mode === "Merge";
    const columns = isMerge ? { ...this.#find(action.entity)?.columns, ...written } : { ...written };
    lastEtag += 1;
    const etag = `W/"${lastEtag}"`;
    const partition = this.#partitions.get(partitionKey) ?? new SortedMap<StoredEntity>();
    this.#partitions.set(partitionKey, partition);
    partition.set(rowKey, { partitionKey, rowKey, etag, columns });
    return etag;
  }

  #remove({ partitionKey, rowKey }: EntityKey): void {
    const partition = this.#partitions.get(partitionKey);
    partition?.delete(rowKey);
    if (partition?.size === 0) this.#partitions.delete(partitionKey);
  }
}

function selected(columns: Columns, names: readonly string[]): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => names.includes(name)));
}

/** In the format of Azure's SDK, which the management API accepts. */
const toToken = ({ partitionKey, rowKey }: EntityKey): string =>
  Buffer.from(JSON.stringify({ nextPartitionKey: partitionKey, nextRowKey: rowKey })).toString("base64url");

function parseToken(token: string): EntityKey {
  try {
    const { nextPartitionKey, nextRowKey } = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return { partitionKey: String(nextPartitionKey), rowKey: String(nextRowKey) };
  } catch (cause) {
    throw new StorageError(400, "InvalidInput", "The continuation token cannot be read.", { cause });
  }
}
