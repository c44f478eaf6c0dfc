import type { TableFilter } from "../../storage/storage-table.ts";
import { dateTime } from "../../storage/table-values.ts";
import type { InstanceFilter } from "../client.ts";
import { escapeKey } from "../taskhub/names.ts";

/** The table filter of a list; undefined without criteria. */
export function toTableFilter(filter: InstanceFilter): TableFilter | undefined {
  const { instanceIdPrefix, createdTimeFrom, createdTimeTo, runtimeStatus = [] } = filter;
  const conditions: TableFilter[] = [];
  if (createdTimeFrom !== undefined) {
    conditions.push({ column: "CreatedTime", is: "ge", value: dateTime(createdTimeFrom) });
  }
  if (createdTimeTo !== undefined) {
    conditions.push({ column: "CreatedTime", is: "le", value: dateTime(createdTimeTo) });
  }
  if (runtimeStatus.length > 0) {
    conditions.push({ or: runtimeStatus.map((value) => ({ column: "RuntimeStatus", is: "eq", value })) });
  }
  if (instanceIdPrefix !== undefined && instanceIdPrefix !== "") {
    const prefix = escapeKey(instanceIdPrefix);
    conditions.push({ column: "PartitionKey", is: "ge", value: prefix });
    conditions.push({ column: "PartitionKey", is: "lt", value: after(prefix) });
  }
  return conditions.length === 0 ? undefined : { and: conditions };
}

/** The first key that does not start with `prefix`. */
function after(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}
