import type { InputBindingContext } from "../../host/index.ts";
import type { StorageAccount } from "../../storage/storage-account.ts";
import { ignoring } from "../../storage/storage-errors.ts";
import type { StoredEntity, TableFilter } from "../../storage/storage-table.ts";
import type { ColumnValue } from "../../storage/table-values.ts";
import type { BindingInfo, TypedData } from "../../worker/messages.ts";
import { optionOf, wholeNumber } from "../binding-options.ts";
import { fillTableFilter } from "./fill-table-filter.ts";
import { parseTableFilter } from "./table-filter.ts";

// The default of Azure's extension.
const DEFAULT_TAKE = 50;

/**
 * Reads one entity if the binding has a `rowKey` (`undefined` if it does not exist); otherwise a list of at most `take`
 * entities, by `partitionKey` and `filter`.
 *
 * @see Azure/azure-sdk-for-net,
 *   sdk/tables/Microsoft.Azure.WebJobs.Extensions.Tables/src/TablesExtensionConfigProvider.cs
 */
export async function readTable(
  account: StorageAccount,
  binding: BindingInfo,
  { fill }: InputBindingContext,
): Promise<TypedData | undefined> {
  const table = account.table(fill(optionOf(binding, "tableName")));
  const filled = (name: string) => (typeof binding[name] === "string" ? fill(binding[name]) : "");
  const partitionKey = filled("partitionKey");
  // Decided by the binding, not by its filled value: an empty value must not turn one row into all rows.
  if ((binding["rowKey"] ?? "") !== "") {
    const rowKey = filled("rowKey");
    const entity = await ignoring([404], table.get({ partitionKey, rowKey }));
    return entity === undefined ? undefined : { json: JSON.stringify(toObject(entity)) };
  }
  const filter = fillTableFilter(String(binding["filter"] ?? ""), fill);
  const conditions: TableFilter[] = [
    ...(partitionKey === "" ? [] : [{ column: "PartitionKey", is: "eq" as const, value: partitionKey }]),
    ...(filter === "" ? [] : [parseTableFilter(filter)]),
  ];
  const take = wholeNumber(binding["take"], { min: 1, max: Number.MAX_SAFE_INTEGER, fallback: DEFAULT_TAKE });
  const entities: Record<string, unknown>[] = [];
  const list = async () => {
    for await (const entity of table.query(conditions.length === 0 ? {} : { filter: { and: conditions } })) {
      entities.push(toObject(entity));
      if (entities.length >= take) return;
    }
  };
  // A table that does not exist has no rows.
  await ignoring([404], list());
  return { json: JSON.stringify(entities) };
}

function toObject({ partitionKey, rowKey, columns }: StoredEntity): Record<string, unknown> {
  const values = Object.entries(columns)
    .filter(([name]) => name !== "Timestamp")
    .map(([name, value]) => [name, toValue(value)]);
  return { PartitionKey: partitionKey, RowKey: rowKey, ...Object.fromEntries(values) };
}

/** A 64-bit number that JSON would round is kept exact as text. */
function toValue(value: ColumnValue): unknown {
  if (typeof value !== "object") return value;
  if (value.type !== "Int64") return value.value;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : value.value;
}
