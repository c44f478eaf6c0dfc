import type { InstanceFilter } from "../client.ts";
import { escapeKey } from "../taskhub/names.ts";

/** The OData filter of a list; empty where nothing is asked for. */
export function toInstanceFilter(filter: InstanceFilter): { filter?: string } {
  const { instanceIdPrefix, createdTimeFrom, createdTimeTo, runtimeStatus = [] } = filter;
  const conditions: string[] = [];
  if (createdTimeFrom !== undefined) conditions.push(`CreatedTime ge datetime'${createdTimeFrom}'`);
  if (createdTimeTo !== undefined) conditions.push(`CreatedTime le datetime'${createdTimeTo}'`);
  if (runtimeStatus.length > 0) {
    conditions.push(runtimeStatus.map((status) => `RuntimeStatus eq '${quote(status)}'`).join(" or "));
  }
  if (instanceIdPrefix !== undefined && instanceIdPrefix !== "") {
    const prefix = escapeKey(instanceIdPrefix);
    conditions.push(`PartitionKey ge '${quote(prefix)}'`, `PartitionKey lt '${quote(after(prefix))}'`);
  }
  if (conditions.length === 0) return {};
  if (conditions.length === 1) return { filter: String(conditions[0]) };
  return { filter: conditions.map((condition) => `(${condition})`).join(" and ") };
}

/** The first key that does not start with `prefix`. */
function after(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}

const quote = (text: string): string => text.replaceAll("'", "''");
