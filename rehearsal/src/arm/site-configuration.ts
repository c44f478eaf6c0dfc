// Settings and policies below a site, each a resource of its own.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { ok, readJson } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import type { Resource } from "./resource-store.ts";

type Settings = Record<string, string>;

/** The defaults below a new site until they are written. */
const CONFIG_DEFAULTS: Readonly<Record<string, Record<string, unknown>>> = {
  appsettings: {},
  azurestorageaccounts: {},
  connectionstrings: {},
  metadata: {},
  slotconfignames: {},
  // No `configVersion: "v1"`: azurerm would treat it as a configured block.
  authsettings: { enabled: false },
  authsettingsv2: { platform: { enabled: false } },
  logs: {
    applicationLogs: { fileSystem: { level: "Off" } },
    httpLogs: { fileSystem: { enabled: false }, azureBlobStorage: { enabled: false } },
    failedRequestsTracing: { enabled: false },
    detailedErrorMessages: { enabled: false },
  },
  web: {
    numberOfWorkers: 1,
    scmType: "None",
    loadBalancing: "LeastRequests",
    managedPipelineMode: "Integrated",
    defaultDocuments: ["index.html"],
    ipSecurityRestrictionsDefaultAction: "Allow",
    scmIpSecurityRestrictionsDefaultAction: "Allow",
    detailedErrorLoggingEnabled: false,
    minTlsVersion: "1.2",
    scmMinTlsVersion: "1.2",
  },
};

/** A site's app settings, by name. */
export function readSettings(siteId: string, { store }: Pick<ArmContext, "store">): Settings {
  return (store.get(`${siteId}/config/appsettings`)?.properties ?? {}) as Settings;
}

/**
 * Stores the `siteConfig` of a site's PUT as `config/web`. App settings arrive there as a list, are stored as a map,
 * and are never returned there: azurerm sends back what it receives, so removed settings would come back.
 */
export function writeSiteConfig(siteId: string, siteConfig: object, context: ArmContext): void {
  const { appSettings, ...web } = siteConfig as { appSettings?: { name: string; value: string }[] };
  const site = { id: siteId } as Resource;
  const known = context.store.get(`${siteId}/config/web`)?.properties ?? {};
  putChild(site, "config/web", { ...known, ...withoutNulls(web) }, context);
  if (appSettings !== undefined) {
    const settings = Object.fromEntries(appSettings.map(({ name, value }) => [name, value]));
    putChild(site, "config/appsettings", settings, context);
  }
}

/** One configuration of a site, with defaults for what was never written. */
export function readConfig(site: Resource, config: string, { store }: ArmContext): Resource {
  const id = `${site.id}/config/${config}`;
  const properties = { ...CONFIG_DEFAULTS[config.toLowerCase()], ...store.get(id)?.properties };
  return { id, name: config, type: "Microsoft.Web/sites/config", ...locationOf(site), properties };
}

export async function writeConfig(
  site: Resource,
  config: string,
  body: Record<string, unknown>,
  context: ArmContext,
): Promise<Answer> {
  const properties = (body["properties"] ?? {}) as object;
  if (config.toLowerCase() === "web") {
    writeSiteConfig(site.id, properties, context);
    const { properties: siteConfig } = readConfig(site, "web", context);
    context.store.put({ ...site, properties: { ...site.properties, siteConfig } });
  } else {
    putChild(site, `config/${config}`, properties, context);
  }
  if (config.toLowerCase() === "appsettings" || "appSettings" in properties) {
    await context.sites.settingsChanged(site.id);
  }
  return ok(readConfig(site, config, context));
}

export function patchConfig(
  site: Resource,
  config: string,
  request: MiniRequest,
  context: ArmContext,
): Promise<Answer> {
  const known = context.store.get(`${site.id}/config/${config}`)?.properties ?? {};
  const patch = withoutNulls((readJson(request)["properties"] ?? {}) as object);
  return writeConfig(site, config, { properties: { ...known, ...patch } }, context);
}

/** A publishing policy (`scm` or `ftp`); allowed by default. */
export function readPolicy(site: Resource, policy: string, { store }: ArmContext): Resource {
  const id = `${site.id}/basicPublishingCredentialsPolicies/${policy}`;
  const properties = { allow: true, ...store.get(id)?.properties };
  return {
    id,
    name: policy,
    type: "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
    ...locationOf(site),
    properties,
  };
}

export function writePolicy(site: Resource, policy: string, request: MiniRequest, context: ArmContext): Answer {
  putChild(site, `basicPublishingCredentialsPolicies/${policy}`, readJson(request)["properties"], context);
  return ok(readPolicy(site, policy, context));
}

function putChild(site: Resource, path: string, properties: unknown, { store }: ArmContext): void {
  const id = `${site.id}/${path}`;
  const name = path.split("/").at(-1) ?? "";
  const type = `Microsoft.Web/sites/${path.split("/")[0]}`;
  store.put({ id, name, type, properties: (properties ?? {}) as Record<string, unknown> });
}

function locationOf(site: Resource): { location?: string } {
  return site.location === undefined ? {} : { location: site.location };
}

function withoutNulls(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
