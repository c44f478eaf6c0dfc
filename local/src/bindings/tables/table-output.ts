import { isRecord } from "@same-kit/shared";
import type { OutputBindingContext } from "../../host/index.ts";
import type { StorageAccount } from "../../storage/storage-account.ts";
import { statusOf } from "../../storage/storage-errors.ts";
import type { Entity, StorageTable, TableAction } from "../../storage/storage-table.ts";
import type { Columns, ColumnValue } from "../../storage/table-values.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { optionOf } from "../binding-options.ts";
import { toItems, toJson } from "../typed-values.ts";

const MAX_BATCH = 100;
const KEYS = ["partitionkey", "rowkey"];
// Properties that the service sets itself; an entity read by an input still has them.
const SYSTEM = new Set(["timestamp", "odata.etag", "etag"]);
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/;

/**
 * Inserts an object, or each object of a list; an entity that already exists fails the call. Keys missing in a row are
 * taken from the binding.
 *
 * @see Azure/azure-sdk-for-net, sdk/tables/Microsoft.Azure.WebJobs.Extensions.Tables/src/TableEntityWriter.cs
 */
export async function writeTable(
  account: StorageAccount,
  binding: BindingInfo,
  value: TypedData,
  { fill }: OutputBindingContext,
): Promise<void> {
  const table = account.table(fill(optionOf(binding, "tableName")));
  const filled = (name: string) => (typeof binding[name] === "string" ? fill(binding[name]) : undefined);
  const defaults = { partitionKey: filled("partitionKey"), rowKey: filled("rowKey") };
  const entities = toItems(value).map((item) => toEntity(toJson(item), defaults));
  for (const batch of toBatches(entities)) await insert(table, batch);
}

async function insert(table: StorageTable, batch: readonly TableAction[]): Promise<void> {
  try {
    await table.transact(batch);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await table.createIfNotExists();
    await table.transact(batch);
  }
}

/** Groups entities in order: a batch has one partition and contains a row only once. */
function toBatches(entities: readonly Entity[]): TableAction[][] {
  const batches: TableAction[][] = [];
  const open = new Map<string, { batch: TableAction[]; rows: Set<string> }>();
  for (const entity of entities) {
    let place = open.get(entity.partitionKey);
    if (place === undefined || place.batch.length >= MAX_BATCH || place.rows.has(entity.rowKey)) {
      place = { batch: [], rows: new Set() };
      open.set(entity.partitionKey, place);
      batches.push(place.batch);
    }
    place.batch.push({ kind: "insert", entity });
    place.rows.add(entity.rowKey);
  }
  return batches;
}

function toEntity(row: unknown, defaults: { partitionKey: string | undefined; rowKey: string | undefined }): Entity {
  if (!isRecord(row)) throw new Error("A table output must be an object, or a list of objects.");
  const keyOf = (name: string, fallback: string | undefined): string => {
    const found = Object.entries(row).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? fallback;
    if (found === undefined || found === null) throw new Error(`A row has no ${name}, and the binding names none.`);
    return String(found);
  };
  return {
    partitionKey: keyOf("PartitionKey", defaults.partitionKey),
    rowKey: keyOf("RowKey", defaults.rowKey),
    columns: toColumns(row),
  };
}

function toColumns(row: Record<string, unknown>): Columns {
  const columns = Object.entries(row).flatMap(([name, value]): [string, ColumnValue][] => {
    const lower = name.toLowerCase();
    if (KEYS.includes(lower) || SYSTEM.has(lower) || value === null) return [];
    return [[name, toColumn(value)]];
  });
  return Object.fromEntries(columns);
}

function toColumn(value: unknown): ColumnValue {
  if (typeof value === "string") return DATE.test(value) ? { type: "DateTime", value } : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}
