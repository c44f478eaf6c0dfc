// Resources that same-kit never makes, and that its group may hold all the same: those of other people, and what Azure adds by
// itself next to Application Insights. They are kept as they come, and removed with their group.
import type { ResourceType } from "./resource-type.ts";

/** Made by Azure up to an hour after a component, in no region. */
const AZURES_OWN = ["Microsoft.AlertsManagement/smartDetectorAlertRules", "Microsoft.Insights/actionGroups"];
const OF_OTHERS = ["Microsoft.Network/virtualNetworks", "Microsoft.KeyVault/vaults", "Microsoft.Sql/servers"];

/** By type in lower case, as `RESOURCE_TYPES`. */
export const FOREIGN_TYPES: Readonly<Record<string, ResourceType>> = Object.fromEntries([
  ...OF_OTHERS.map((type) => [type.toLowerCase(), keepAs(type)] as const),
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
