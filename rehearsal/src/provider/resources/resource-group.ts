import { LOCATION_CHECK, pattern, TAGS_CHECK } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";
import { groupPath, NAMED } from "./kind.ts";

export const resourceGroup: ResourceKind = {
  type: "azurerm_resource_group",
  title: "Resource Group",
  apiVersion: "2023-07-01",
  idOf: (values, subscriptionId) => groupPath(subscriptionId, values["name"]),
  defaults: {},
  fixed: ["name", "location"],
  checks: [
    pattern("name", /^.{0,90}$/s, '"name" may not exceed 90 characters in length'),
    pattern("name", /[^.]$/, '"name" may not end with a period'),
    pattern(
      "name",
      /^[-\p{L}\p{N}._()]+$/u,
      '"name" may only contain alphanumeric characters, dash, underscores, parentheses and periods',
    ),
    LOCATION_CHECK,
    TAGS_CHECK,
  ],
  fields: [...NAMED, ["managed_by", "managedBy"]],
  toBody: () => ({}),
  readMore: async () => ({}),
  async beforeDelete(id, { arm, keepsFilledGroups }) {
    if (!keepsFilledGroups) return;
    const { value } = await arm.list<{ id: string }>(`${id}/resources`, "2023-07-01");
    if (value.length === 0) return;
    const left = value.map((resource) => `* \`${resource.id}\``).sort();
    throw new Error(
      `deleting Resource Group "${id.split("/").at(-1)}": the Resource Group still contains Resources.\n\nThe feature \`prevent_deletion_if_contains_resources\` is on, and these are still there:\n\n${left.join("\n")}`,
    );
  },
};
