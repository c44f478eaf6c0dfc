import type { FilterValue, TableFilter } from "../storage-table.ts";

/** A filter in the table service's syntax. */
export function toOData(filter: TableFilter): string {
  if ("and" in filter) return joined(filter.and, " and ");
  if ("or" in filter) return joined(filter.or, " or ");
  if ("not" in filter) return `not (${toOData(filter.not)})`;
  const { column, is, value } = filter;
  return `${column} ${is} ${toLiteral(value)}`;
}

function toLiteral(value: FilterValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "object") return `${value.type === "Guid" ? "guid" : "datetime"}${quoted(value.value)}`;
  // A whole number beyond 32 bits is an Int64, which the service recognizes by its suffix.
  return Number.isInteger(value) && Math.abs(value) > 0x7fff_ffff ? `${value}L` : String(value);
}

function joined(filters: readonly TableFilter[], by: string): string {
  const parts = filters.map((it) => ("column" in it ? toOData(it) : `(${toOData(it)})`));
  return parts.join(by);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
