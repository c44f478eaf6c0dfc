import type { Value, ValueObject } from "../dynamic-value.ts";
import { asObject } from "../dynamic-value.ts";
import { oneOf } from "./checks.ts";
import { readFields, writeFields } from "./fields.ts";
import type { Body, Check, Field } from "./kind.ts";

// Pairs of an attribute of `site_config` and a property of Microsoft.Web's SiteConfig.
const SITE_CONFIG_FIELDS: readonly Field[] = [
  ["app_command_line", "appCommandLine"],
  ["default_documents", "defaultDocuments"],
  ["detailed_error_logging_enabled", "detailedErrorLoggingEnabled"],
  ["elastic_instance_minimum", "minimumElasticInstanceCount"],
  ["ftps_state", "ftpsState"],
  ["health_check_path", "healthCheckPath"],
  ["http2_enabled", "http20Enabled"],
  ["ip_restriction_default_action", "ipSecurityRestrictionsDefaultAction"],
  ["load_balancing_mode", "loadBalancing"],
  ["managed_pipeline_mode", "managedPipelineMode"],
  ["minimum_tls_version", "minTlsVersion"],
  ["remote_debugging_enabled", "remoteDebuggingEnabled"],
  ["runtime_scale_monitoring_enabled", "functionsRuntimeScaleMonitoringEnabled"],
  ["scm_ip_restriction_default_action", "scmIpSecurityRestrictionsDefaultAction"],
  ["scm_minimum_tls_version", "scmMinTlsVersion"],
  ["scm_type", "scmType"],
  ["scm_use_main_ip_restriction", "scmIpSecurityRestrictionsUseMain"],
  ["use_32_bit_worker", "use32BitWorkerProcess"],
  ["vnet_route_all_enabled", "vnetRouteAllEnabled"],
  ["websockets_enabled", "webSocketsEnabled"],
  ["worker_count", "numberOfWorkers"],
];

const RULE_LISTS = [
  ["ip_restriction", "ipSecurityRestrictions"],
  ["scm_ip_restriction", "scmIpSecurityRestrictions"],
] as const;

const RULE_FIELDS: readonly Field[] = [
  ["name", "name"],
  ["priority", "priority"],
  ["action", "action"],
  ["ip_address", "ipAddress"],
  ["description", "description"],
];

// The values that azurerm reads if nothing was set; they are never null.
const NO_RULE_VALUES = { service_tag: "", virtual_network_subnet_id: "", headers: [], description: "" };
const RULE_DEFAULTS = { priority: 65_000, action: "Allow" };

export const SITE_CONFIG_DEFAULTS = {
  container_registry_use_managed_identity: false,
  http2_enabled: false,
  ip_restriction_default_action: "Allow",
  scm_use_main_ip_restriction: false,
  scm_ip_restriction_default_action: "Allow",
  load_balancing_mode: "LeastRequests",
  managed_pipeline_mode: "Integrated",
  remote_debugging_enabled: false,
  use_32_bit_worker: false,
  websockets_enabled: false,
  minimum_tls_version: "1.2",
  scm_minimum_tls_version: "1.2",
  vnet_route_all_enabled: false,
  ip_restriction: RULE_DEFAULTS,
  scm_ip_restriction: RULE_DEFAULTS,
} as const;

export const SITE_CONFIG_CHECKS: readonly Check[] = [
  oneOf("site_config.minimum_tls_version", ["1.0", "1.1", "1.2", "1.3"]),
  oneOf("site_config.scm_minimum_tls_version", ["1.0", "1.1", "1.2", "1.3"]),
  oneOf("site_config.ip_restriction_default_action", ["Allow", "Deny"]),
  oneOf("site_config.scm_ip_restriction_default_action", ["Allow", "Deny"]),
];

/** The `siteConfig` of a PUT, without app settings. */
export function writeSiteConfig(planned: ValueObject): Body {
  const block = firstBlock(planned["site_config"]);
  const body = writeFields(block, SITE_CONFIG_FIELDS);
  for (const [attribute, property] of RULE_LISTS) {
    const rules = block[attribute];
    if (Array.isArray(rules)) body[property] = rules.map((rule) => writeFields(asObject(rule), RULE_FIELDS));
  }
  return body;
}

/** The `site_config` block described by `config/web`, including the settings that the provider shows there. */
export function readSiteConfig(properties: Body, settings: Readonly<Record<string, string>>): ValueObject {
  const block = readFields({ id: "", ...properties }, SITE_CONFIG_FIELDS);
  for (const [attribute, property] of RULE_LISTS) {
    const rules = properties[property];
    if (Array.isArray(rules))
      block[attribute] = rules.map((rule) => ({ ...NO_RULE_VALUES, ...readFields(rule, RULE_FIELDS) }));
  }
  const insights = settings["APPLICATIONINSIGHTS_CONNECTION_STRING"];
  if (insights !== undefined) block["application_insights_connection_string"] = insights;
  return block;
}

/** The first element of a list block; an empty object if there is none. */
export function firstBlock(value: Value | undefined): ValueObject {
  return asObject(Array.isArray(value) ? value[0] : null);
}
