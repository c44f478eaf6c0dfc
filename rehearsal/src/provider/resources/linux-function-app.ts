import { randomBytes } from "node:crypto";
import type { ValueObject } from "../dynamic-value.ts";
import { oneOf } from "./checks.ts";
import type { AppSettings } from "./function-app.ts";
import {
  accountKeyOf,
  accountNameOf,
  checkSiteName,
  listAppSettings,
  readPublishingPolicy,
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
import { accountName, toConnectionString } from "./storage-account.ts";

const CONTENT_SHARE = "WEBSITE_CONTENTSHARE";
const CONTENT_CONNECTION = "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING";
const ACCOUNT_NAME = "AzureWebJobsStorage__accountName";
const HIDDEN_SETTINGS = [
  "AzureWebJobsStorage",
  ACCOUNT_NAME,
  "AzureWebJobsDashboard",
  "AzureWebJobsDashboard__accountName",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "FUNCTIONS_EXTENSION_VERSION",
  "FUNCTIONS_WORKER_RUNTIME",
  "WEBSITE_NODE_DEFAULT_VERSION",
  CONTENT_SHARE,
  CONTENT_CONNECTION,
];
const NODE_VERSIONS = ["12", "14", "16", "18", "20", "22", "24"];

export const linuxFunctionApp: ResourceKind = {
  type: "azurerm_linux_function_app",
  title: "App Service",
  apiVersion: SITE_API_VERSION,
  idOf: siteId,
  defaults: {
    ...SITE_DEFAULTS,
    builtin_logging_enabled: true,
    content_share_force_disabled: false,
    daily_memory_time_quota: 0,
    ftp_publish_basic_authentication_enabled: true,
    functions_extension_version: "~4",
    storage_uses_managed_identity: false,
    virtual_network_backup_restore_enabled: false,
    vnet_image_pull_enabled: false,
    site_config: { ...SITE_CONFIG_DEFAULTS, ftps_state: "Disabled" },
  },
  fixed: ["name", "resource_group_name", "location"],
  checks: [
    ...SITE_CHECKS,
    accountName("storage_account_name"),
    oneOf("site_config.application_stack.node_version", NODE_VERSIONS),
    oneOf("site_config.ftps_state", ["AllAllowed", "Disabled", "FtpsOnly"]),
    ...SITE_CONFIG_CHECKS,
  ],
  fields: SITE_FIELDS,
  beforeCreate: checkSiteName,
  toBody: async (planned, context) => ({
    kind: "functionapp,linux",
    ...writeIdentity(planned),
    properties: {
      reserved: true,
      publicNetworkAccess: planned["public_network_access_enabled"] === false ? "Disabled" : "Enabled",
      siteConfig: {
        ...writeSiteConfig(planned),
        linuxFxVersion: `NODE|${nodeVersion(planned)}`,
        appSettings: toSettingsList(await composeSettings(planned, context)),
      },
    },
  }),
  afterWrite: async (planned, id, context) => {
    await setPublishingPolicy(id, "scm", planned["webdeploy_publish_basic_authentication_enabled"], context);
    await setPublishingPolicy(id, "ftp", planned["ftp_publish_basic_authentication_enabled"], context);
  },
  readMore: async (resource, context) => {
    const settings = await listAppSettings(resource.id, context);
    const connectionString = settings["AzureWebJobsStorage"];
    return {
      ...(await readSite(resource, settings, context)),
      ftp_publish_basic_authentication_enabled: await readPublishingPolicy(resource.id, "ftp", context),
      app_settings: withoutSettings(settings, HIDDEN_SETTINGS),
      functions_extension_version: settings["FUNCTIONS_EXTENSION_VERSION"] ?? "~4",
      storage_account_name: accountNameOf(connectionString) ?? settings[ACCOUNT_NAME] ?? null,
      storage_account_access_key: accountKeyOf(connectionString),
      storage_uses_managed_identity: connectionString === undefined && settings[ACCOUNT_NAME] !== undefined,
      key_vault_reference_identity_id: "SystemAssigned",
      // azurerm never reads it back: setting it would cause a change in every plan.
      content_share_force_disabled: false,
    };
  },
};

function nodeVersion(planned: ValueObject): string {
  const stack = firstBlock(firstBlock(planned["site_config"])["application_stack"]);
  return String(stack["node_version"] ?? "");
}

async function composeSettings(planned: ValueObject, context: ApplyContext): Promise<AppSettings> {
  const insights = firstBlock(planned["site_config"])["application_insights_connection_string"];
  return {
    FUNCTIONS_EXTENSION_VERSION: String(planned["functions_extension_version"]),
    FUNCTIONS_WORKER_RUNTIME: "node",
    WEBSITE_NODE_DEFAULT_VERSION: `~${nodeVersion(planned)}`,
    ...(await composeStorageSettings(planned, context)),
    ...(typeof insights === "string" ? { APPLICATIONINSIGHTS_CONNECTION_STRING: insights } : {}),
    ...userSettings(planned),
  };
}

async function composeStorageSettings(planned: ValueObject, context: ApplyContext): Promise<AppSettings> {
  const account = String(planned["storage_account_name"]);
  const hasDashboard = planned["builtin_logging_enabled"] !== false;
  if (planned["storage_uses_managed_identity"] === true) {
    return { [ACCOUNT_NAME]: account, ...(hasDashboard ? { AzureWebJobsDashboard__accountName: account } : {}) };
  }
  const connectionString = toConnectionString(account, String(planned["storage_account_access_key"] ?? ""));
  return {
    AzureWebJobsStorage: connectionString,
    ...(hasDashboard ? { AzureWebJobsDashboard: connectionString } : {}),
    ...(planned["content_share_force_disabled"] === true
      ? {}
      : { [CONTENT_CONNECTION]: connectionString, [CONTENT_SHARE]: await contentShare(planned, context) }),
  };
}

/** Chosen once, at creation: another share would be empty. */
async function contentShare(planned: ValueObject, context: ApplyContext): Promise<string> {
  const id = siteId(planned, context.arm.subscriptionId);
  const present = (await context.arm.get(id, SITE_API_VERSION)) === null ? {} : await listAppSettings(id, context);
  return (present as AppSettings)[CONTENT_SHARE] ?? `${planned["name"]}-${randomBytes(2).toString("hex")}`;
}
