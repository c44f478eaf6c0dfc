import type { TableClient, TableEntity, TableEntityResult, TransactionAction } from "@azure/data-tables";
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
import type { ColumnValue } from "../table-values.ts";
import { toOData } from "./odata-filter.ts";
import { asked, toStorageError } from "./refusals.ts";

type Row = TableEntityResult<Record<string, unknown>>;

const TYPED = { disableTypeConversion: true };
/** Members that the SDK returns in addition to the columns. */
const NO_COLUMNS = new Set(["partitionKey", "rowKey", "etag", "timestamp", "odata.metadata"]);

export class AzureTable implements StorageTable {
  readonly #client: TableClient;

  constructor(client: TableClient) {
    this.#client = client;
  }

  get name(): string {
    return this.#client.tableName;
  }

  async createIfNotExists(): Promise<void> {
    // The SDK treats 409 as success.
    await asked(this.#client.createTable());
  }

  async get({ partitionKey, rowKey }: EntityKey): Promise<StoredEntity> {
    return toStored(await asked(this.#client.getEntity<Record<string, unknown>>(partitionKey, rowKey, TYPED)));
  }

  async insert(entity: Entity): Promise<string> {
    return etagOf(await asked(this.#client.createEntity(toRow(entity))));
  }

  async update(
    entity: Entity,
    mode: WriteMode,
    { etag, signal }: { etag?: string; signal?: AbortSignal } = {},
  ): Promise<string> {
    const options = { etag: etag ?? "*", ...(signal && { abortSignal: signal }) };
    return etagOf(await asked(this.#client.updateEntity(toRow(entity), mode, options)));
  }

  async upsert(entity: Entity, mode: WriteMode): Promise<string> {
    return etagOf(await asked(this.#client.upsertEntity(toRow(entity), mode)));
  }

  async delete({ partitionKey, rowKey }: EntityKey): Promise<void> {
    await asked(this.#client.deleteEntity(partitionKey, rowKey));
  }

  async transact(
    actions: readonly TableAction[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<(string | null)[]> {
    const options = signal && { abortSignal: signal };
    const { subResponses } = await asked(this.#client.submitTransaction(actions.map(toTransactionAction), options));
    // By position, because the response to an update does not name its row.
    return actions.map((_, index) => subResponses[index]?.etag ?? null);
  }

  async *query(query: TableQuery = {}): AsyncIterable<StoredEntity> {
    try {
      for await (const row of this.#list(query)) yield toStored(row);
    } catch (error) {
      throw toStorageError(error as Error);
    }
  }

  async queryPage(
    query: TableQuery,
    { size, continuationToken }: { size: number; continuationToken?: string },
  ): Promise<TablePage> {
    const token = continuationToken === undefined ? {} : { continuationToken };
    const pages = this.#list(query).byPage({ maxPageSize: size, ...token });
    const { value } = await asked(pages.next());
    if (value === undefined) return { entities: [], continuationToken: null };
    return { entities: [...value].map(toStored), continuationToken: value.continuationToken ?? null };
  }

  #list({ filter, select, signal }: TableQuery) {
    return this.#client.listEntities<Record<string, unknown>>({
      ...TYPED,
      queryOptions: {
        ...(filter && { filter: toOData(filter) }),
        // Unless listed, the service omits the keys.
        ...(select && { select: ["PartitionKey", "RowKey", ...select] }),
      },
      ...(signal && { abortSignal: signal }),
    });
  }
}

function toTransactionAction(action: TableAction): TransactionAction {
  switch (action.kind) {
    case "insert":
      return ["create", toRow(action.entity)];
    case "update":
      return ["update", toRow(action.entity), action.mode, { etag: action.etag ?? "*" }];
    case "upsert":
      return ["upsert", toRow(action.entity), action.mode];
    case "delete":
      return ["delete", action.key];
  }
}

function toRow({ partitionKey, rowKey, columns }: Entity): TableEntity<Record<string, unknown>> {
  return { partitionKey, rowKey, ...columns };
}

function toStored(row: Row): StoredEntity {
  const columns: Record<string, ColumnValue> = {};
  for (const [name, value] of Object.entries(row)) {
    if (!NO_COLUMNS.has(name)) columns[name] = toValue(value as { type: string; value: string });
  }
  return { partitionKey: row.partitionKey ?? "", rowKey: row.rowKey ?? "", etag: row.etag, columns };
}

function toValue({ type, value }: { type: string; value: string }): ColumnValue {
  switch (type) {
    case "DateTime":
    case "Int64":
    case "Guid":
    case "Binary":
      return { type, value };
    case "Int32":
    case "Double":
      return Number(value);
    case "Boolean":
      return value === "true";
    default:
      return value;
  }
}

function etagOf({ etag }: { etag?: string }): string {
  if (etag === undefined) throw new Error("The table service answered no ETag.");
  return etag;
}
