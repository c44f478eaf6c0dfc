import type { Answer } from "../http/answer.ts";
import { webError } from "../http/answer.ts";
import type { ArmContext, SiteHosts } from "./arm-context.ts";
import { guidFrom } from "./derive.ts";
import { sitesOfPlan } from "./plan-type.ts";
import type { Resource } from "./resource-store.ts";
import { isTaken } from "./resource-store.ts";
import type { ResourceType } from "./resource-type.ts";
import { readConfig, writeSiteConfig } from "./site-configuration.ts";

const OUTBOUND_ADDRESSES = "127.0.0.1";

export const siteType: ResourceType = {
  async compose(resource, context) {
    const { siteConfig, ...properties } = resource.properties;
    if (typeof siteConfig === "object" && siteConfig !== null)
      writeSiteConfig(resource.id, siteConfig as object, context);
    const hosts = await context.sites.hostsOf(resource.id);
    await context.sites.settingsChanged(resource.id);
    return {
      ...resource,
      type: "Microsoft.Web/sites",
      kind: resource.kind ?? "functionapp,linux",
      properties: {
        ...properties,
        ...describeSite(resource, hosts, context),
        // azurerm writes into it when it updates a site, and crashes if it is missing.
        siteConfig: readConfig(resource, "web", context).properties,
      },
    };
  },
  refuse: refuseSite,
  deleted: (resource, { sites }) => sites.removed(resource.id),
  afterDelete(site, { url }, { store }) {
    const keepsPlan = url.searchParams.get("deleteEmptyServerFarm")?.toLowerCase() === "false";
    const planId = String(site.properties["serverFarmId"]);
    // By default Azure deletes the plan with its last app.
    if (!keepsPlan && sitesOfPlan(planId, store).length === 0) store.delete(planId);
  },
};

// Flex Consumption configures each of these in its own way and rejects a site that contains any of them.
const REFUSED_ON_FLEX = [
  /^WEBSITE_RUN_FROM_PACKAGE$/,
  /^WEBSITE_CONTENT/,
  /^FUNCTIONS_WORKER_RUNTIME/,
  /^FUNCTIONS_EXTENSION_VERSION$/,
  /^WEBSITE_NODE_DEFAULT_VERSION$/,
  /^SCM_DO_BUILD_DURING_DEPLOYMENT$/,
  /^ENABLE_ORYX_BUILD$/,
];

function refuseSite(site: Resource, { store }: ArmContext): Answer | null {
  if (isTaken(site.id, "microsoft.web/sites", store))
    return webError(409, "Conflict", `Website with given name ${site.name} already exists.`, "54001");
  const plan = store.get(String(site.properties["serverFarmId"]));
  if (plan === undefined)
    return webError(404, "NotFound", `Cannot find Server Farm ${String(site.properties["serverFarmId"])}.`);
  if (plan.sku?.["name"] !== "FC1") return null;
  const { appSettings = [] } = (site.properties["siteConfig"] ?? {}) as { appSettings?: { name: string }[] };
  const refused = appSettings.find(({ name }) => REFUSED_ON_FLEX.some((expression) => expression.test(name)));
  if (refused === undefined) return null;
  return webError(
    400,
    "BadRequest",
    `The following app setting (Site.SiteConfig.AppSettings.${refused.name}) for Flex Consumption sites is invalid. Please remove or rename it before retrying.`,
    "51021",
  );
}

function describeSite(resource: Resource, hosts: SiteHosts, context: ArmContext) {
  const plan = context.store.get(String(resource.properties["serverFarmId"]));
  return {
    defaultHostName: hosts.hostName,
    hostNames: [hosts.hostName],
    enabledHostNames: [hosts.hostName, hosts.scmHostName],
    hostNameSslStates: [
      { name: hosts.hostName, hostType: "Standard", sslState: "Disabled" },
      { name: hosts.scmHostName, hostType: "Repository", sslState: "Disabled" },
    ],
    state: "Running",
    usageState: "Normal",
    availabilityState: "Normal",
    sku: plan?.sku?.["tier"],
    repositorySiteName: resource.name,
    resourceGroup: resource.id.split("/")[4],
    customDomainVerificationId: guidFrom(`${resource.id}/domain`),
    outboundIpAddresses: OUTBOUND_ADDRESSES,
    possibleOutboundIpAddresses: OUTBOUND_ADDRESSES,
    keyVaultReferenceIdentity: "SystemAssigned",
    provisioningState: "Succeeded",
  };
}
