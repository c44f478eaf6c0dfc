import type { TableFilter } from "../storage-table.ts";

/** A filter as the table service reads it. */
export function toOData(filter: TableFilter): string {
  if ("and" in filter) return joined(filter.and, " and ");
  if ("or" in filter) return joined(filter.or, " or ");
  const { column, is, value } = filter;
  return `${column} ${is} ${typeof value === "string" ? quoted(value) : `datetime${quoted(value.value)}`}`;
}

function joined(filters: readonly TableFilter[], by: string): string {
  const parts = filters.map((it) => ("column" in it ? toOData(it) : `(${toOData(it)})`));
  return parts.join(by);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
