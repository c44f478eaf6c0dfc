import type { ResourceKind } from "./kind.ts";
import { groupPath, LOCATION, pattern, TAGS } from "./kind.ts";

export const userAssignedIdentity: ResourceKind = {
  type: "azurerm_user_assigned_identity",
  title: "User Assigned Identity",
  apiVersion: "2024-11-30",
  idOf: (values, subscriptionId) =>
    `${groupPath(subscriptionId, values["resource_group_name"])}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${values["name"]}`,
  defaults: {},
  fixed: ["name", "resource_group_name", "location"],
  checks: [
    pattern(
      "name",
      /^[A-Za-z0-9][\w-]{2,127}$/,
      '"name" must be 3 to 128 letters, digits, dashes or underscores, starting with a letter or digit',
    ),
  ],
  fields: [
    ["name", "name"],
    LOCATION,
    TAGS,
    ["client_id", "properties.clientId"],
    ["principal_id", "properties.principalId"],
    ["tenant_id", "properties.tenantId"],
  ],
  toBody: () => ({}),
  readMore: async () => ({}),
};
