import { between, FRACTION_DIGITS, LOCATION_CHECK, oneOf, resourceId, TAGS_CHECK } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";

const WORKSPACE_ID =
  "/subscriptions/{id}/resourceGroups/{group}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}";

export const applicationInsights: ResourceKind = {
  type: "azurerm_application_insights",
  title: "Component",
  apiVersion: "2020-02-02",
  idOf: idInGroup("Microsoft.Insights/components"),
  defaults: {
    retention_in_days: 90,
    sampling_percentage: 100,
    ip_masking_enabled: true,
    daily_data_cap_in_gb: 100,
    daily_data_cap_notifications_enabled: true,
    local_authentication_enabled: true,
    internet_ingestion_enabled: true,
    internet_query_enabled: true,
    force_customer_storage_for_profiler: false,
  },
  fixed: ["name", "resource_group_name", "location", "application_type"],
  fractions: ["sampling_percentage", "daily_data_cap_in_gb"],
  checks: [
    oneOf("application_type", ["web", "other", "java", "MobileCenter", "phone", "store", "ios", "Node.JS"]),
    oneOf("retention_in_days", [30, 60, 90, 120, 180, 270, 365, 550, 730]),
    between("sampling_percentage", 0, 100, FRACTION_DIGITS),
    resourceId("workspace_id", "Workspace", WORKSPACE_ID),
    LOCATION_CHECK,
    TAGS_CHECK,
  ],
  fields: [
    ...NAMED,
    ["application_type", "properties.Application_Type"],
    ["workspace_id", "properties.WorkspaceResourceId"],
    ["retention_in_days", "properties.RetentionInDays"],
    ["sampling_percentage", "properties.SamplingPercentage"],
    ["app_id", "properties.AppId"],
    ["instrumentation_key", "properties.InstrumentationKey"],
    ["connection_string", "properties.ConnectionString"],
  ],
  toBody: (planned) => ({ kind: planned["application_type"] }),
  readMore: async () => ({}),
};
