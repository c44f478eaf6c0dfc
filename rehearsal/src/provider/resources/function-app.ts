// What the two kinds of function app (Flex Consumption, and Linux on every other plan) have in common.
import type { ArmResource } from "../arm-client.ts";
import type { Value, ValueObject } from "../dynamic-value.ts";
import { LOCATION_CHECK, oneOf, pattern, resourceId, TAGS_CHECK } from "./checks.ts";
import type { ApplyContext, Body, Check, Field } from "./kind.ts";
import { idInGroup, NAMED } from "./kind.ts";
import { firstBlock, readSiteConfig } from "./site-config.ts";

export const SITE_API_VERSION = "2023-12-01";

export const SITE_FIELDS: readonly Field[] = [
  ...NAMED,
  ["kind", "kind"],
  ["service_plan_id", "properties.serverFarmId"],
  ["enabled", "properties.enabled"],
  ["https_only", "properties.httpsOnly"],
  ["client_certificate_enabled", "properties.clientCertEnabled"],
  ["client_certificate_mode", "properties.clientCertMode"],
  ["virtual_network_subnet_id", "properties.virtualNetworkSubnetId"],
  ["default_hostname", "properties.defaultHostName"],
  ["custom_domain_verification_id", "properties.customDomainVerificationId"],
  ["outbound_ip_addresses", "properties.outboundIpAddresses"],
  ["possible_outbound_ip_addresses", "properties.possibleOutboundIpAddresses"],
];

export const SITE_DEFAULTS = {
  client_certificate_enabled: false,
  client_certificate_mode: "Optional",
  enabled: true,
  public_network_access_enabled: true,
  https_only: false,
  webdeploy_publish_basic_authentication_enabled: true,
} as const;

const PLAN_ID = "/subscriptions/{id}/resourceGroups/{group}/providers/Microsoft.Web/serverFarms/{serverFarmName}";

export const SITE_CHECKS: readonly Check[] = [
  pattern(
    "name",
    /^[0-9a-zA-Z-]{1,60}$/,
    '"name" may only contain alphanumeric characters and dashes and up to 60 characters in length',
  ),
  resourceId("service_plan_id", "AppServicePlan", PLAN_ID),
  oneOf("client_certificate_mode", ["Optional", "Required", "OptionalInteractiveUser"]),
  LOCATION_CHECK,
  TAGS_CHECK,
];

export type AppSettings = Record<string, string>;

export const siteId = idInGroup("Microsoft.Web/sites");

/** The provider checks the name before it creates a site, whatever `features` says about existing resources. */
export async function checkSiteName(planned: ValueObject, { arm }: ApplyContext): Promise<void> {
  const name = String(planned["name"]);
  const answer = await arm.post<{ nameAvailable: boolean; message?: string }>(
    `/subscriptions/${arm.subscriptionId}/providers/Microsoft.Web/checkNameAvailability`,
    SITE_API_VERSION,
    { name, type: "Microsoft.Web/sites" },
  );
  if (!answer.nameAvailable)
    throw new Error(`the Site Name "${name}" failed the availability check: ${answer.message}`);
}

export function writeIdentity(planned: ValueObject): Body {
  const block = firstBlock(planned["identity"]);
  if (block["type"] === undefined || block["type"] === null) return {};
  const ids = Array.isArray(block["identity_ids"]) ? block["identity_ids"] : [];
  return {
    identity: {
      type: block["type"],
      ...(ids.length > 0 ? { userAssignedIdentities: Object.fromEntries(ids.map((id) => [String(id), {}])) } : {}),
    },
  };
}

/** `settings` in the format that Microsoft.Web expects in a PUT. */
export function toSettingsList(settings: AppSettings): { name: string; value: string }[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

/** The app settings in the configuration, without those that the provider adds. */
export function userSettings(planned: ValueObject): AppSettings {
  return Object.fromEntries(Object.entries((planned["app_settings"] ?? {}) as AppSettings));
}

/** All app settings of a site, including the provider's. */
export async function listAppSettings(id: string, { arm }: ApplyContext): Promise<AppSettings> {
  const answer = await arm.post<{ properties: AppSettings }>(`${id}/config/appsettings/list`, SITE_API_VERSION);
  return answer.properties;
}

export async function setPublishingPolicy(
  id: string,
  policy: "scm" | "ftp",
  allow: Value | undefined,
  { arm }: ApplyContext,
): Promise<void> {
  await arm.put(`${id}/basicPublishingCredentialsPolicies/${policy}`, SITE_API_VERSION, {
    properties: { allow: allow !== false },
  });
}

/** Reads the attributes, of either kind of app, that take further requests. */
export async function readSite(
  resource: ArmResource,
  settings: AppSettings,
  context: ApplyContext,
): Promise<ValueObject> {
  const { arm } = context;
  const config = await arm.get(`${resource.id}/config/web`, SITE_API_VERSION);
  const credentials = await arm.post<{ properties: { publishingUserName: string; publishingPassword: string } }>(
    `${resource.id}/config/publishingcredentials/list`,
    SITE_API_VERSION,
  );
  const properties = (resource["properties"] ?? {}) as Record<string, unknown>;
  return {
    site_config: [readSiteConfig((config?.["properties"] ?? {}) as Body, settings)],
    public_network_access_enabled: properties["publicNetworkAccess"] !== "Disabled",
    webdeploy_publish_basic_authentication_enabled: await readPublishingPolicy(resource.id, "scm", context),
    outbound_ip_address_list: String(properties["outboundIpAddresses"] ?? "").split(","),
    possible_outbound_ip_address_list: String(properties["possibleOutboundIpAddresses"] ?? "").split(","),
    hosting_environment_id: "",
    site_credential: [
      { name: credentials.properties.publishingUserName, password: credentials.properties.publishingPassword },
    ],
  };
}

/** Whether publishing with basic credentials is allowed; the default is yes. */
export async function readPublishingPolicy(id: string, policy: "scm" | "ftp", { arm }: ApplyContext): Promise<boolean> {
  const resource = await arm.get(`${id}/basicPublishingCredentialsPolicies/${policy}`, SITE_API_VERSION);
  return (resource?.["properties"] as { allow?: boolean } | undefined)?.allow !== false;
}

/** `settings` without those that the provider exposes as separate attributes. */
export function withoutSettings(settings: AppSettings, hidden: readonly string[]): ValueObject {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !hidden.includes(name)));
}

export function accountKeyOf(connectionString: string | undefined): string | null {
  return /AccountKey=([^;]*)/.exec(connectionString ?? "")?.[1] || null;
}

export function accountNameOf(connectionString: string | undefined): string | null {
  return /AccountName=([^;]*)/.exec(connectionString ?? "")?.[1] || null;
}
