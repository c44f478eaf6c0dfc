import type { ValueObject } from "../dynamic-value.ts";
import { between, oneOf } from "./checks.ts";
import type { AppSettings } from "./function-app.ts";
import {
  accountKeyOf,
  checkSiteName,
  listAppSettings,
  readSite,
  SITE_API_VERSION,
  SITE_CHECKS,
  SITE_DEFAULTS,
  SITE_FIELDS,
  setPublishingPolicy,
  siteId,
  toSettingsList,
  userSettings,
  withoutSettings,
  writeIdentity,
} from "./function-app.ts";
import type { ApplyContext, ResourceKind } from "./kind.ts";
import { firstBlock, SITE_CONFIG_CHECKS, SITE_CONFIG_DEFAULTS, writeSiteConfig } from "./site-config.ts";
import { toConnectionString } from "./storage-account.ts";

const PACKAGE_SETTING = "DEPLOYMENT_STORAGE_CONNECTION_STRING";
const HIDDEN_SETTINGS = ["AzureWebJobsStorage", PACKAGE_SETTING, "APPLICATIONINSIGHTS_CONNECTION_STRING"];
const KEY_AUTHENTICATION = "StorageAccountConnectionString";

export const flexFunctionApp: ResourceKind = {
  type: "azurerm_function_app_flex_consumption",
  title: "App Service",
  apiVersion: SITE_API_VERSION,
  idOf: siteId,
  defaults: {
    ...SITE_DEFAULTS,
    instance_memory_in_mb: 2048,
    maximum_instance_count: 100,
    site_config: SITE_CONFIG_DEFAULTS,
  },
  fixed: ["name", "resource_group_name", "location", "service_plan_id"],
  checks: [
    ...SITE_CHECKS,
    oneOf("storage_container_type", ["blobContainer"]),
    oneOf("storage_authentication_type", ["SystemAssignedIdentity", KEY_AUTHENTICATION, "UserAssignedIdentity"]),
    oneOf("runtime_name", ["dotnet-isolated", "java", "node", "powershell", "python", "custom"]),
    between("maximum_instance_count", 1, 1_000),
    between("http_concurrency", 1, 1_000),
    ...SITE_CONFIG_CHECKS,
  ],
  fields: [
    ...SITE_FIELDS,
    ["storage_container_type", "properties.functionAppConfig.deployment.storage.type"],
    ["storage_container_endpoint", "properties.functionAppConfig.deployment.storage.value"],
    ["storage_authentication_type", "properties.functionAppConfig.deployment.storage.authentication.type"],
    [
      "storage_user_assigned_identity_id",
      "properties.functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId",
    ],
    ["runtime_name", "properties.functionAppConfig.runtime.name"],
    ["runtime_version", "properties.functionAppConfig.runtime.version"],
    ["instance_memory_in_mb", "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB"],
    ["maximum_instance_count", "properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount"],
    ["http_concurrency", "properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency"],
  ],
  beforeCreate: async (planned, context) => {
    await requireFlexPlan(planned, context);
    await checkSiteName(planned, context);
  },
  toBody: (planned) => ({
    kind: "functionapp,linux",
    ...writeIdentity(planned),
    properties: {
      functionAppConfig: {
        deployment: {
          storage: { authentication: { storageAccountConnectionStringName: packageSettingName(planned) } },
        },
      },
      publicNetworkAccess: planned["public_network_access_enabled"] === false ? "Disabled" : "Enabled",
      siteConfig: { ...writeSiteConfig(planned), appSettings: toSettingsList(composeSettings(planned)) },
    },
  }),
  afterWrite: (planned, id, context) =>
    setPublishingPolicy(id, "scm", planned["webdeploy_publish_basic_authentication_enabled"], context),
  readMore: async (resource, context) => {
    const settings = await listAppSettings(resource.id, context);
    return {
      ...(await readSite(resource, settings, context)),
      app_settings: withoutSettings(settings, HIDDEN_SETTINGS),
      storage_access_key: accountKeyOf(settings["AzureWebJobsStorage"]),
    };
  },
};

async function requireFlexPlan(planned: ValueObject, { arm }: ApplyContext): Promise<void> {
  const plan = await arm.get(String(planned["service_plan_id"]), SITE_API_VERSION);
  const sku = (plan?.["sku"] as { name?: string } | undefined)?.name;
  if (sku !== "FC1") throw new Error(`the sku name is ${sku} which is not valid for a flex consumption function app`);
}

/**
 * Composed as by azurerm 4.81 and 5.2, including a flaw: `AzureWebJobsStorage` is written even if an identity opens the
 * account, and then without a key. The workaround in `same-kit` is rehearsed as well.
 */
function composeSettings(planned: ValueObject): AppSettings {
  const account = /^https:\/\/([^.]+)\./.exec(String(planned["storage_container_endpoint"]))?.[1];
  if (account === undefined) {
    throw new Error(
      `retrieving storage container endpoint error, the expected format is https://storagename.blob.core.windows.net/containername, the received value is ${planned["storage_container_endpoint"]}`,
    );
  }
  const connectionString = toConnectionString(account, String(planned["storage_access_key"] ?? ""));
  const insights = firstBlock(planned["site_config"])["application_insights_connection_string"];
  const packageSetting = packageSettingName(planned);
  return {
    AzureWebJobsStorage: connectionString,
    ...(packageSetting === "" ? {} : { [packageSetting]: connectionString }),
    ...(typeof insights === "string" ? { APPLICATIONINSIGHTS_CONNECTION_STRING: insights } : {}),
    ...userSettings(planned),
  };
}

function packageSettingName(planned: ValueObject): string {
  return planned["storage_authentication_type"] === KEY_AUTHENTICATION ? PACKAGE_SETTING : "";
}
