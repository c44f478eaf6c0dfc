// The blob service of a storage account: a block of the account in Terraform, a separate resource in Azure.
import type { ArmClient } from "../arm-client.ts";
import type { Value, ValueObject } from "../dynamic-value.ts";
import { asObject } from "../dynamic-value.ts";

const API_VERSION = "2025-08-01";

// Pairs of a block in `blob_properties` and a property of the blob service.
const POLICIES = [
  ["delete_retention_policy", "deleteRetentionPolicy"],
  ["container_delete_retention_policy", "containerDeleteRetentionPolicy"],
] as const;

export const BLOB_DEFAULTS = {
  change_feed_enabled: false,
  last_access_time_enabled: false,
  versioning_enabled: false,
  delete_retention_policy: { days: 7, permanent_delete_enabled: false },
  container_delete_retention_policy: { days: 7 },
} as const;

type Policy = { enabled?: boolean; days?: number };

/** Does nothing if the account has no such block. */
export async function writeBlobProperties(planned: ValueObject, accountId: string, arm: ArmClient): Promise<void> {
  const block = firstOf(planned["blob_properties"]);
  if (block === null) return;
  const properties = Object.fromEntries(
    POLICIES.map(([name, property]) => {
      const days = firstOf(block[name])?.["days"];
      return [property, days === undefined ? { enabled: false } : { enabled: true, days }];
    }),
  );
  await arm.put(serviceOf(accountId), API_VERSION, { properties });
}

export async function readBlobProperties(accountId: string, arm: ArmClient): Promise<ValueObject> {
  const service = await arm.get(serviceOf(accountId), API_VERSION);
  const properties = (service?.["properties"] ?? {}) as Record<string, Policy | undefined>;
  const policies = POLICIES.map(([name, property]): [string, Value] => {
    const { enabled = false, days } = properties[property] ?? {};
    const policy: ValueObject = { days: days ?? null };
    if (name === "delete_retention_policy") policy["permanent_delete_enabled"] = false;
    return [name, enabled ? [policy] : []];
  });
  return { ...NOTHING_ELSE, ...Object.fromEntries(policies) };
}

const NOTHING_ELSE = {
  change_feed_enabled: false,
  change_feed_retention_in_days: 0,
  cors_rule: [],
  default_service_version: "",
  last_access_time_enabled: false,
  restore_policy: [],
  versioning_enabled: false,
};

function serviceOf(accountId: string): string {
  return `${accountId}/blobServices/default`;
}

function firstOf(blocks: Value | undefined): ValueObject | null {
  return Array.isArray(blocks) && blocks.length > 0 ? asObject(blocks[0]) : null;
}
