import type { Columns, DateTimeValue } from "./table-values.ts";

export type EntityKey = { partitionKey: string; rowKey: string };
/** A row; `columns` does not include its keys. */
export type Entity = EntityKey & { columns: Columns };
export type StoredEntity = Entity & { etag: string };

/** `Merge` keeps columns that the entity does not name; `Replace` drops them. */
export type WriteMode = "Merge" | "Replace";

/** One operation of a transaction. Without an ETag it is unconditional. */
export type TableAction =
  | { kind: "insert"; entity: Entity }
  | { kind: "update"; entity: Entity; mode: WriteMode; etag?: string }
  | { kind: "upsert"; entity: Entity; mode: WriteMode }
  | { kind: "delete"; key: EntityKey };

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/** A number compares with Int32, Int64 and Double columns alike. */
export type FilterValue = string | number | boolean | DateTimeValue | { type: "Guid"; value: string };

/** `PartitionKey` and `RowKey` are columns here. A column that an entity lacks, or has with another type, compares as false. */
export type TableFilter =
  | { column: string; is: Comparison; value: FilterValue }
  | { and: readonly TableFilter[] }
  | { or: readonly TableFilter[] }
  | { not: TableFilter };

export type TableQuery = {
  filter?: TableFilter;
  /** The only columns to return; keys and ETag are always included. */
  select?: readonly string[];
  signal?: AbortSignal;
};

export type TablePage = { entities: StoredEntity[]; continuationToken: string | null };

/**
 * One table. While it does not exist, every operation except {@link StorageTable.createIfNotExists} responds with 404
 * `TableNotFound`.
 */
export interface StorageTable {
  readonly name: string;
  createIfNotExists(): Promise<void>;
  /** @throws StorageError 404 `ResourceNotFound` */
  get(key: EntityKey): Promise<StoredEntity>;
  /** @returns The ETag. @throws StorageError 409 `EntityAlreadyExists` */
  insert(entity: Entity): Promise<string>;
  /**
   * @returns The new ETag.
   * @throws StorageError 404 `ResourceNotFound`, or 412 `UpdateConditionNotSatisfied` if `etag` is not the stored one.
   */
  update(entity: Entity, mode: WriteMode, options?: { etag?: string; signal?: AbortSignal }): Promise<string>;
  upsert(entity: Entity, mode: WriteMode): Promise<string>;
  /** @throws StorageError 404 `ResourceNotFound` */
  delete(key: EntityKey): Promise<void>;
  /**
   * Executes a transaction atomically: 1 to 100 operations on different entities of one partition, 4 MiB in total.
   *
   * @returns The new ETags by position, null for a deletion.
   * @throws StorageError of the first operation that fails; 400 `InvalidInput` above 100 operations, 400
   *   `InvalidDuplicateRow` for two of one entity, 413 `RequestBodyTooLarge` above 4 MiB.
   */
  transact(actions: readonly TableAction[], options?: { signal?: AbortSignal }): Promise<(string | null)[]>;
  /** Every match, ordered by partition key and row key. */
  query(query?: TableQuery): AsyncIterable<StoredEntity>;
  /** At most `size` (1 to 1000) entities; a page before the last may contain fewer. */
  queryPage(query: TableQuery, page: { size: number; continuationToken?: string }): Promise<TablePage>;
}
