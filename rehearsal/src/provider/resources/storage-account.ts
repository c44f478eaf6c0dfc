import type { ArmResource } from "../arm-client.ts";
import type { ValueObject } from "../dynamic-value.ts";
import { BLOB_DEFAULTS, readBlobProperties, writeBlobProperties } from "./blob-properties.ts";
import { between, LOCATION_CHECK, oneOf, pattern, TAGS_CHECK } from "./checks.ts";
import type { ApplyContext, Check, ResourceKind } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";

const SERVICES = ["blob", "queue", "table", "file", "web", "dfs"] as const;
const ENDPOINT_SUFFIX = "core.windows.net";

export const accountName = (attribute: string): Check =>
  pattern(
    attribute,
    /^[a-z0-9]{3,24}$/,
    "name (%q) can only consist of lowercase letters and numbers, and must be between 3 and 24 characters long",
  );

export const storageAccount: ResourceKind = {
  type: "azurerm_storage_account",
  title: "Storage Account",
  apiVersion: "2025-08-01",
  idOf: idInGroup("Microsoft.Storage/storageAccounts"),
  defaults: {
    account_kind: "StorageV2",
    cross_tenant_replication_enabled: false,
    https_traffic_only_enabled: true,
    min_tls_version: "TLS1_2",
    is_hns_enabled: false,
    nfsv3_enabled: false,
    allow_nested_items_to_be_public: false,
    shared_access_key_enabled: true,
    public_network_access_enabled: true,
    dns_endpoint_type: "Standard",
    default_to_oauth_authentication: false,
    queue_encryption_key_type: "Service",
    table_encryption_key_type: "Service",
    infrastructure_encryption_enabled: false,
    sftp_enabled: false,
    local_user_enabled: true,
    blob_properties: BLOB_DEFAULTS,
  },
  fixed: [
    "name",
    "resource_group_name",
    "location",
    "account_tier",
    "provisioned_billing_model_version",
    "is_hns_enabled",
    "nfsv3_enabled",
    "dns_endpoint_type",
    "queue_encryption_key_type",
    "table_encryption_key_type",
    "infrastructure_encryption_enabled",
  ],
  computedBlocks: ["blob_properties", "share_properties"],
  checks: [
    accountName("name"),
    oneOf("account_kind", ["BlobStorage", "BlockBlobStorage", "FileStorage", "Storage", "StorageV2"]),
    oneOf("account_tier", ["Premium", "Standard"]),
    oneOf("account_replication_type", ["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"]),
    oneOf("access_tier", ["Cold", "Cool", "Hot", "Premium", "Smart"]),
    oneOf("min_tls_version", ["TLS1_2"]),
    between("blob_properties.delete_retention_policy.days", 1, 365),
    between("blob_properties.container_delete_retention_policy.days", 1, 365),
    LOCATION_CHECK,
    TAGS_CHECK,
  ],
  fields: [
    ...NAMED,
    ["account_kind", "kind"],
    ["min_tls_version", "properties.minimumTlsVersion"],
    ["allow_nested_items_to_be_public", "properties.allowBlobPublicAccess"],
    ["shared_access_key_enabled", "properties.allowSharedKeyAccess"],
    ["https_traffic_only_enabled", "properties.supportsHttpsTrafficOnly"],
    ["cross_tenant_replication_enabled", "properties.allowCrossTenantReplication"],
    ["local_user_enabled", "properties.isLocalUserEnabled"],
    ["sftp_enabled", "properties.isSftpEnabled"],
    ["default_to_oauth_authentication", "properties.defaultToOAuthAuthentication"],
    ["access_tier", "properties.accessTier"],
  ],
  toBody: (planned) => ({
    sku: { name: `${planned["account_tier"]}_${planned["account_replication_type"]}`, tier: planned["account_tier"] },
    properties: { publicNetworkAccess: planned["public_network_access_enabled"] === false ? "Disabled" : "Enabled" },
  }),
  afterWrite: (planned, id, { arm }) => writeBlobProperties(planned, id, arm),
  readMore: async (resource, context) => ({
    ...readSku(resource),
    blob_properties: [await readBlobProperties(resource.id, context.arm)],
    public_network_access_enabled: properties(resource)["publicNetworkAccess"] !== "Disabled",
    large_file_share_enabled: false,
    primary_location: String(properties(resource)["primaryLocation"] ?? ""),
    ...readEndpoints(resource),
    ...(await readKeys(resource, context)),
  }),
};

function properties(resource: ArmResource): Record<string, unknown> {
  return (resource["properties"] ?? {}) as Record<string, unknown>;
}

function readSku(resource: ArmResource): ValueObject {
  const [tier = "", replication = ""] = String((resource["sku"] as { name?: string } | undefined)?.name).split("_");
  return { account_tier: tier, account_replication_type: replication };
}

function readEndpoints(resource: ArmResource): ValueObject {
  const endpoints = (properties(resource)["primaryEndpoints"] ?? {}) as Record<string, string>;
  const values: ValueObject = {};
  for (const service of SERVICES) {
    const endpoint = endpoints[service];
    if (endpoint === undefined) continue;
    values[`primary_${service}_endpoint`] = endpoint;
    values[`primary_${service}_host`] = new URL(endpoint).host;
  }
  return values;
}

async function readKeys(resource: ArmResource, { arm }: ApplyContext): Promise<ValueObject> {
  const { keys } = await arm.post<{ keys: { value: string }[] }>(
    `${resource.id}/listKeys?$expand=kerb`,
    storageAccount.apiVersion,
  );
  const values: ValueObject = {};
  for (const [index, rank] of (["primary", "secondary"] as const).entries()) {
    const key = keys[index]?.value ?? "";
    values[`${rank}_access_key`] = key;
    values[`${rank}_connection_string`] = toConnectionString(String(resource["name"]), key);
  }
  return values;
}

/** Composed like azurerm's, for an account in the public cloud. */
export function toConnectionString(account: string, key: string): string {
  return `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};EndpointSuffix=${ENDPOINT_SUFFIX}`;
}
