import { atLeast, LOCATION_CHECK, oneOf, pattern, TAGS_CHECK } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";

const TIERS: Readonly<Record<string, string>> = {
  FC1: "FlexConsumption",
  Y1: "Dynamic",
  EP1: "ElasticPremium",
  EP2: "ElasticPremium",
  EP3: "ElasticPremium",
};

// Every plan that the provider knows; the module uses three of them.
const SKUS = (
  "B1 B2 B3 S1 S2 S3 Y1 EP1 EP2 EP3 FC1 F1 I1 I2 I3 I1v2 I2v2 I3v2 I4v2 I5v2 I6v2 I1mv2 I2mv2 " +
  "I3mv2 I4mv2 I5mv2 P1v2 P2v2 P3v2 P0v3 P1v3 P2v3 P3v3 P1mv3 P2mv3 P3mv3 P4mv3 P5mv3 P0v4 " +
  "P1v4 P2v4 P3v4 P1mv4 P2mv4 P3mv4 P4mv4 P5mv4 D1 SHARED WS1 WS2 WS3"
).split(" ");

export const servicePlan: ResourceKind = {
  type: "azurerm_service_plan",
  title: "App Service Plan",
  apiVersion: "2023-12-01",
  idOf: idInGroup("Microsoft.Web/serverFarms"),
  defaults: { per_site_scaling_enabled: false, premium_plan_auto_scale_enabled: false },
  fixed: ["name", "resource_group_name", "location", "os_type"],
  checks: [
    pattern(
      "name",
      /^[0-9a-zA-Z-_]{1,60}$/,
      '"name" may only contain alphanumeric characters, dashes and underscores up to 60 characters in length',
    ),
    oneOf("os_type", ["Linux", "Windows", "WindowsContainer"]),
    oneOf("sku_name", SKUS),
    atLeast("worker_count", 1),
    atLeast("maximum_elastic_worker_count", 0),
    LOCATION_CHECK,
    TAGS_CHECK,
  ],
  fields: [
    ...NAMED,
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
