import type { ResourceKind } from "./kind.ts";
import { groupPath, LOCATION, oneOf, pattern, TAGS } from "./kind.ts";

const TIERS: Readonly<Record<string, string>> = {
  FC1: "FlexConsumption",
  Y1: "Dynamic",
  EP1: "ElasticPremium",
  EP2: "ElasticPremium",
  EP3: "ElasticPremium",
};

export const servicePlan: ResourceKind = {
  type: "azurerm_service_plan",
  title: "App Service Plan",
  apiVersion: "2023-12-01",
  idOf: (values, subscriptionId) =>
    `${groupPath(subscriptionId, values["resource_group_name"])}/providers/Microsoft.Web/serverFarms/${values["name"]}`,
  defaults: { per_site_scaling_enabled: false, premium_plan_auto_scale_enabled: false },
  fixed: ["name", "resource_group_name", "location", "os_type"],
  checks: [
    pattern(
      "name",
      /^[0-9a-zA-Z-_]{1,60}$/,
      '"name" may only contain alphanumeric characters, dashes and underscores up to 60 characters in length',
    ),
    oneOf("os_type", ["Linux", "Windows", "WindowsContainer"]),
    oneOf("sku_name", [
      "FC1",
      "Y1",
      "EP1",
      "EP2",
      "EP3",
      "B1",
      "B2",
      "B3",
      "S1",
      "S2",
      "S3",
      "P0v3",
      "P1v3",
      "P2v3",
      "P3v3",
    ]),
  ],
  fields: [
    ["name", "name"],
    LOCATION,
    TAGS,
    ["sku_name", "sku.name"],
    ["maximum_elastic_worker_count", "properties.maximumElasticWorkerCount"],
    ["per_site_scaling_enabled", "properties.perSiteScaling"],
    ["worker_count", "sku.capacity"],
    ["reserved", "properties.reserved"],
    ["kind", "kind"],
  ],
  toBody: (planned) => ({
    kind: String(planned["os_type"]).toLowerCase(),
    sku: { tier: TIERS[String(planned["sku_name"])] },
    properties: { reserved: planned["os_type"] === "Linux" },
  }),
  readMore: async (resource) => ({
    os_type: (resource["properties"] as { reserved?: boolean } | undefined)?.reserved === true ? "Linux" : "Windows",
  }),
};
