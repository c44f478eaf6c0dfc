import type { ResourceKind } from "./kind.ts";
import { groupPath, LOCATION, pattern, TAGS } from "./kind.ts";

export const resourceGroup: ResourceKind = {
  type: "azurerm_resource_group",
  title: "Resource Group",
  apiVersion: "2023-07-01",
  idOf: (values, subscriptionId) => groupPath(subscriptionId, values["name"]),
  defaults: {},
  fixed: ["name", "location"],
  checks: [
    pattern(
      "name",
      /^[-\w._()]{0,89}[-\w_()]$/,
      '"name" may only contain alphanumeric characters, dash, underscores, parentheses and periods, must not end in a period and not exceed 90 characters',
    ),
  ],
  fields: [["name", "name"], LOCATION, TAGS, ["managed_by", "managedBy"]],
  toBody: () => ({}),
  readMore: async () => ({}),
};
