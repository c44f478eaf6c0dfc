import { LOCATION_CHECK, TAGS_CHECK } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";

export const userAssignedIdentity: ResourceKind = {
  type: "azurerm_user_assigned_identity",
  title: "User Assigned Identity",
  apiVersion: "2024-11-30",
  idOf: idInGroup("Microsoft.ManagedIdentity/userAssignedIdentities"),
  defaults: {},
  fixed: ["name", "resource_group_name", "location"],
  checks: [LOCATION_CHECK, TAGS_CHECK],
  fields: [
    ...NAMED,
    ["client_id", "properties.clientId"],
    ["principal_id", "properties.principalId"],
    ["tenant_id", "properties.tenantId"],
  ],
  toBody: () => ({}),
  readMore: async () => ({}),
};
