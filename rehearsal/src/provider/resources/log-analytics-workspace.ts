import { atLeast, between, FRACTION_DIGITS, LOCATION_CHECK, oneOf, pattern, TAGS_CHECK } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";

const KEYS_API_VERSION = "2020-08-01";

export const logAnalyticsWorkspace: ResourceKind = {
  type: "azurerm_log_analytics_workspace",
  title: "Workspace",
  apiVersion: "2025-07-01",
  idOf: idInGroup("Microsoft.OperationalInsights/workspaces"),
  defaults: {
    allow_resource_only_permissions: true,
    local_authentication_enabled: true,
    internet_ingestion_access_type: "Enabled",
    internet_query_access_type: "Enabled",
    daily_quota_gb: -1,
  },
  fixed: ["name", "resource_group_name", "location"],
  fractions: ["daily_quota_gb"],
  checks: [
    pattern(
      "name",
      /^[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$/,
      "name can only contain alphabet, number, and '-' character. You can not use '-' as the start and end of the name",
    ),
    pattern("name", /^.{4,63}$/, "name can only be between 4 and 63 letters"),
    oneOf("sku", [
      "PerGB2018",
      "PerNode",
      "Premium",
      "Standalone",
      "Standard",
      "CapacityReservation",
      "LACluster",
      "Unlimited",
    ]),
    between("retention_in_days", 30, 730),
    atLeast("daily_quota_gb", -1, FRACTION_DIGITS),
    LOCATION_CHECK,
    TAGS_CHECK,
  ],
  fields: [
    ...NAMED,
    ["sku", "properties.sku.name"],
    ["retention_in_days", "properties.retentionInDays"],
    ["daily_quota_gb", "properties.workspaceCapping.dailyQuotaGb"],
    ["internet_ingestion_access_type", "properties.publicNetworkAccessForIngestion"],
    ["internet_query_access_type", "properties.publicNetworkAccessForQuery"],
    ["workspace_id", "properties.customerId"],
  ],
  toBody: () => ({}),
  readMore: async (resource, { arm }) => {
    const keys = await arm.post<{ primarySharedKey: string; secondarySharedKey: string }>(
      `${resource.id}/sharedKeys`,
      KEYS_API_VERSION,
    );
    return { primary_shared_key: keys.primarySharedKey, secondary_shared_key: keys.secondarySharedKey };
  },
  deleteQuery: "force=true",
};
