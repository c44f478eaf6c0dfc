import { parseTicks } from "@same-kit/shared";
import type { EntityKey, FilterValue, TableFilter } from "../storage-table.ts";
import type { Columns } from "../table-values.ts";

/** Whether the entity matches the filter. */
export function matches(filter: TableFilter, entity: EntityKey & { columns: Columns }): boolean {
  if ("and" in filter) return filter.and.every((it) => matches(it, entity));
  if ("or" in filter) return filter.or.some((it) => matches(it, entity));
  if ("not" in filter) return !matches(filter.not, entity);
  const order = compare(columnOf(entity, filter.column), filter.value);
  if (order === null) return false;
  switch (filter.is) {
    case "eq":
      return order === 0;
    case "ne":
      return order !== 0;
    case "gt":
      return order > 0;
    case "ge":
      return order >= 0;
    case "le":
      return order <= 0;
    case "lt":
      return order < 0;
  }
}

/** The only partition that can match the filter, if it names one. */
export function onlyPartition(filter: TableFilter | undefined): string | null {
  if (filter === undefined || "or" in filter || "not" in filter) return null;
  if ("and" in filter) return filter.and.map(onlyPartition).find((it) => it !== null) ?? null;
  const { column, is, value } = filter;
  return column === "PartitionKey" && is === "eq" && typeof value === "string" ? value : null;
}

function columnOf(entity: EntityKey & { columns: Columns }, column: string): unknown {
  if (column === "PartitionKey") return entity.partitionKey;
  return column === "RowKey" ? entity.rowKey : entity.columns[column];
}

/** Negative, zero or positive; null for values of different types. */
function compare(value: unknown, wanted: FilterValue): number | null {
  if (typeof wanted === "string") return typeof value === "string" ? order(value, wanted) : null;
  if (typeof wanted === "boolean") return typeof value === "boolean" ? order(Number(value), Number(wanted)) : null;
  if (typeof wanted === "number") {
    const number = typeof value === "number" ? value : Number(textOf(value, "Int64") ?? Number.NaN);
    return Number.isNaN(number) ? null : order(number, wanted);
  }
  const text = textOf(value, wanted.type);
  if (text === null) return null;
  if (wanted.type === "Guid") return order(text.toLowerCase(), wanted.value.toLowerCase());
  return order(parseTicks(text), parseTicks(wanted.value));
}

function textOf(value: unknown, type: string): string | null {
  const isTyped = typeof value === "object" && value !== null && "type" in value && value.type === type;
  return isTyped && "value" in value ? String(value.value) : null;
}

/** Compares by code units, as the service orders keys. */
function order<Value extends string | number | bigint>(a: Value, b: Value): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
