import type { Answer } from "../http/answer.ts";
import { webError } from "../http/answer.ts";
import type { Resource, ResourceStore } from "./resource-store.ts";
import type { ResourceType } from "./resource-type.ts";

export const planType: ResourceType = {
  compose: composePlan,
  present: (plan, { store }) => ({
    ...plan,
    properties: { ...plan.properties, numberOfSites: sitesOfPlan(plan.id, store).length },
  }),
  refuseDelete: (plan, { store }) => refusePlanInUse(plan, sitesOfPlan(plan.id, store)),
};

/** The apps that run on a plan. */
export function sitesOfPlan(planId: string, store: ResourceStore): Resource[] {
  const isOnPlan = ({ properties }: Resource) =>
    String(properties["serverFarmId"]).toLowerCase() === planId.toLowerCase();
  return store.all().filter((resource) => resource.type === "Microsoft.Web/sites" && isOnPlan(resource));
}

function composePlan(resource: Resource): Resource {
  const name = String(resource.sku?.["name"] ?? "");
  const isElastic = name.startsWith("EP");
  return {
    ...resource,
    type: "Microsoft.Web/serverfarms",
    kind: isElastic ? "elastic" : name === "FC1" || name === "Y1" ? "functionapp" : "linux",
    sku: { size: name, family: name.slice(0, 2), capacity: isElastic ? 1 : 0, ...resource.sku },
    properties: {
      perSiteScaling: false,
      elasticScaleEnabled: isElastic,
      maximumElasticWorkerCount: 1,
      zoneRedundant: false,
      ...resource.properties,
      status: "Ready",
      provisioningState: "Succeeded",
      geoRegion: resource.location,
    },
  };
}

/** @see hashicorp/terraform-provider-azurerm, issue 13377 */
function refusePlanInUse({ name }: Resource, sites: readonly Resource[]): Answer | null {
  if (sites.length === 0) return null;
  const apps = sites.map((site) => site.name).join(", ");
  const message = `Server farm '${name}' cannot be deleted because it has web app(s) ${apps} assigned to it.`;
  return webError(409, "Conflict", message, "11003");
}
