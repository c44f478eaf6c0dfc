import type { ResourceKind } from "./kind.ts";
import { groupPath, LOCATION, pattern, TAGS } from "./kind.ts";

const KEYS_API_VERSION = "2020-08-01";

export const logAnalyticsWorkspace: ResourceKind = {
  type: "azurerm_log_analytics_workspace",
  title: "Workspace",
  apiVersion: "2025-07-01",
  idOf: (values, subscriptionId) =>
    `${groupPath(subscriptionId, values["resource_group_name"])}/providers/Microsoft.OperationalInsights/workspaces/${values["name"]}`,
  defaults: {
    allow_resource_only_permissions: true,
    local_authentication_enabled: true,
    internet_ingestion_access_type: "Enabled",
    internet_query_access_type: "Enabled",
    daily_quota_gb: -1,
  },
  fixed: ["name", "resource_group_name", "location"],
  checks: [
    pattern(
      "name",
      /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
      "Workspace Name must be 4 to 63 letters, digits or dashes, with no dash at either end",
    ),
  ],
  fields: [
    ["name", "name"],
    LOCATION,
    TAGS,
    ["sku", "properties.sku.name"],
    ["retention_in_days", "properties.retentionInDays"],
    ["daily_quota_gb", "properties.workspaceCapping.dailyQuotaGb"],
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
