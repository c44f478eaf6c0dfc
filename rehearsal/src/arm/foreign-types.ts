// Resource types that same-kit never creates but that its group may contain: resources of other people, and what Azure
// itself adds next to Application Insights. They are stored unchanged, and deleted with their group.
import type { ResourceType } from "./resource-type.ts";

/** Created by Azure up to an hour after a component, without a region. */
const AZURES_OWN = ["Microsoft.AlertsManagement/smartDetectorAlertRules", "Microsoft.Insights/actionGroups"];
const TYPES_OF_OTHERS = ["Microsoft.Network/virtualNetworks", "Microsoft.KeyVault/vaults", "Microsoft.Sql/servers"];

/** By type in lower case, like `RESOURCE_TYPES`. */
export const FOREIGN_TYPES: Readonly<Record<string, ResourceType>> = Object.fromEntries([
  ...TYPES_OF_OTHERS.map((type) => [type.toLowerCase(), keepAs(type)] as const),
  ...AZURES_OWN.map((type) => [type.toLowerCase(), { ...keepAs(type), isGlobal: true }] as const),
]);

function keepAs(type: string): ResourceType {
  return {
    compose: (resource) => ({
      ...resource,
      type,
      properties: { ...resource.properties, provisioningState: "Succeeded" },
    }),
  };
}
