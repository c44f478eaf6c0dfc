import { isRecord } from "@same-kit/shared";
import type { InstanceStatusName, InstanceSummary } from "./api.ts";
import type { ApiObject } from "./management-api.ts";

/** @returns null for an entity, or an item without an ID. */
export function toSummary(item: ApiObject): InstanceSummary | null {
  const id = textOf(item, "instanceId");
  if (id === "" || id.startsWith("@")) return null;
  const step = stepIn(item["customStatus"]);
  return {
    id,
    name: textOf(item, "name"),
    status: textOf(item, "runtimeStatus") as InstanceStatusName,
    createdAt: textOf(item, "createdTime"),
    updatedAt: textOf(item, "lastUpdatedTime"),
    ...(step === null ? {} : { step }),
  };
}

export function textOf(item: ApiObject, name: string): string {
  const value = item[name];
  return typeof value === "string" ? value : "";
}

/** The step in the custom status, as set by same-kit's own app. */
function stepIn(customStatus: unknown): InstanceSummary["step"] | null {
  const step = isRecord(customStatus) ? customStatus["step"] : null;
  if (!isRecord(step)) return null;
  const { name, index, total } = step;
  return typeof name === "string" && typeof index === "number" && typeof total === "number"
    ? { name, index, total }
    : null;
}
