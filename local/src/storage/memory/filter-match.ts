import { parseTicks } from "@same-kit/shared";
import type { EntityKey, TableFilter } from "../storage-table.ts";
import type { Columns, DateTimeValue } from "../table-values.ts";

/** Whether the entity is one that the filter asks for. */
export function matches(filter: TableFilter, entity: EntityKey & { columns: Columns }): boolean {
  if ("and" in filter) return filter.and.every((it) => matches(it, entity));
  if ("or" in filter) return filter.or.some((it) => matches(it, entity));
  const order = compare(columnOf(entity, filter.column), filter.value);
  if (order === null) return false;
  switch (filter.is) {
    case "eq":
      return order === 0;
    case "ge":
      return order >= 0;
    case "le":
      return order <= 0;
    case "lt":
      return order < 0;
  }
}

/** The only partition that the filter lets through, where it names one. */
export function onlyPartition(filter: TableFilter | undefined): string | null {
  if (filter === undefined || "or" in filter) return null;
  if ("and" in filter) return filter.and.map(onlyPartition).find((it) => it !== null) ?? null;
  const { column, is, value } = filter;
  return column === "PartitionKey" && is === "eq" && typeof value === "string" ? value : null;
}

function columnOf(entity: EntityKey & { columns: Columns }, column: string): unknown {
  if (column === "PartitionKey") return entity.partitionKey;
  return column === "RowKey" ? entity.rowKey : entity.columns[column];
}

/** Negative, zero or positive; null for values of different types. */
function compare(value: unknown, wanted: string | DateTimeValue): number | null {
  if (typeof wanted === "string") return typeof value === "string" ? order(value, wanted) : null;
  const isTime = typeof value === "object" && value !== null && "type" in value && value.type === "DateTime";
  return isTime ? order(parseTicks((value as DateTimeValue).value), parseTicks(wanted.value)) : null;
}

/** By code units, as the service orders keys. */
function order<Value extends string | bigint>(a: Value, b: Value): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
