import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson, webError } from "../http/answer.ts";
import type { Params, Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { guidFrom } from "./derive.ts";
import type { Resource } from "./resource-store.ts";
import type { ResourceType } from "./resource-types.ts";

const SITE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{site}";
const OUTBOUND_ADDRESSES = "127.0.0.1";

export type Settings = Record<string, string>;

/** What a new site has below it until someone writes it. */
const CONFIG_DEFAULTS: Readonly<Record<string, Record<string, unknown>>> = {
  appsettings: {},
  azurestorageaccounts: {},
  connectionstrings: {},
  metadata: {},
  slotconfignames: {},
  // Without `configVersion: "v1"`: azurerm would take that for a configured block.
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
        // azurerm writes into it when it updates a site, and breaks where there is none.
        siteConfig: readConfig(resource, "web", context).properties,
      },
    };
  },
  refuse: refuseSite,
  deleted: (resource, { sites }) => sites.removed(resource.id),
};

export function readSettings(siteId: string, { store }: Pick<ArmContext, "store">): Settings {
  return (store.get(`${siteId}/config/appsettings`)?.properties ?? {}) as Settings;
}

export function siteRoutes(context: ArmContext): Route[] {
  const withSite =
    (handle: (site: Resource, request: MiniRequest, params: Params) => Promise<Answer> | Answer): Route["handle"] =>
    (request, params) => {
      const site = context.store.get(siteIdOf(params));
      return site === undefined
        ? armError(
            404,
            "ResourceNotFound",
            `The Resource 'Microsoft.Web/sites/${params["site"]}' under resource group '${params["group"]}' was not found.`,
          )
        : handle(site, request, params);
    };
  const getConfig = withSite((site, _request, { config }) => ok(readConfig(site, config ?? "", context)));
  const putConfig = withSite((site, request, { config }) =>
    writeConfig(site, config ?? "", readJson(request), context),
  );
  return [
    route(
      "POST",
      `${SITE}/config/publishingcredentials/list`,
      withSite((site) => ok(publishingCredentials(site, context))),
    ),
    route(
      "POST",
      `${SITE}/config/backup/list`,
      withSite(() => armError(404, "NotFound", "No backup is configured.")),
    ),
    route("POST", `${SITE}/config/{config}/list`, getConfig),
    route("GET", `${SITE}/config/{config}`, getConfig),
    route("PUT", `${SITE}/config/{config}`, putConfig),
    route(
      "PATCH",
      `${SITE}/config/{config}`,
      withSite((site, request, { config }) => patchConfig(site, config ?? "", request, context)),
    ),
    route(
      "GET",
      `${SITE}/basicPublishingCredentialsPolicies/{policy}`,
      withSite((site, _request, { policy }) => ok(readPolicy(site, policy ?? "", context))),
    ),
    route(
      "PUT",
      `${SITE}/basicPublishingCredentialsPolicies/{policy}`,
      withSite((site, request, { policy }) => {
        putChild(site, `basicPublishingCredentialsPolicies/${policy}`, readJson(request)["properties"], context);
        return ok(readPolicy(site, policy ?? "", context));
      }),
    ),
    route(
      "GET",
      `${SITE}/functions`,
      withSite((site) => listFunctions(site, context)),
    ),
    route(
      "POST",
      `${SITE}/functions/{function}/listKeys`,
      withSite((site) => listFunctionKeys(site, context)),
    ),
    route(
      "POST",
      `${SITE}/host/default/listKeys`,
      withSite((site) => listHostKeys(site, context)),
    ),
    route(
      "POST",
      `${SITE}/host/default/sync`,
      withSite(() => ({ status: 204 })),
    ),
    route(
      "POST",
      `${SITE}/syncfunctiontriggers`,
      withSite(() => ok({ status: "success" })),
    ),
    route(
      "POST",
      `${SITE}/restart`,
      withSite(async (site) => {
        await context.sites.settingsChanged(site.id);
        return { status: 200 };
      }),
    ),
  ];
}

// Flex Consumption has its own way for each of these and takes no site that carries one.
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

function describeSite(resource: Resource, hosts: { hostName: string; scmHostName: string }, context: ArmContext) {
  const isNameless = context.counter.isActive("outputs-missing");
  const plan = context.store.get(String(resource.properties["serverFarmId"]));
  return {
    ...(isNameless ? {} : { defaultHostName: hosts.hostName }),
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

/** A site's PUT carries its configuration; app settings come as a list there and are kept as a map. */
function writeSiteConfig(siteId: string, siteConfig: object, context: ArmContext): void {
  const { appSettings, ...web } = siteConfig as { appSettings?: { name: string; value: string }[] };
  const site = { id: siteId } as Resource;
  const known = context.store.get(`${siteId}/config/web`)?.properties ?? {};
  putChild(site, "config/web", { ...known, ...withoutNulls(web) }, context);
  if (appSettings !== undefined) {
    const settings = Object.fromEntries(appSettings.map(({ name, value }) => [name, value]));
    putChild(site, "config/appsettings", settings, context);
  }
}

function readConfig(site: Resource, config: string, { store }: ArmContext): Resource {
  const id = `${site.id}/config/${config}`;
  const properties = { ...CONFIG_DEFAULTS[config.toLowerCase()], ...store.get(id)?.properties };
  return { id, name: config, type: "Microsoft.Web/sites/config", ...locationOf(site), properties };
}

async function writeConfig(
  site: Resource,
  config: string,
  body: Record<string, unknown>,
  context: ArmContext,
): Promise<Answer> {
  putChild(site, `config/${config}`, body["properties"], context);
  if (config.toLowerCase() === "appsettings") await context.sites.settingsChanged(site.id);
  if (config.toLowerCase() === "web") {
    const { properties: siteConfig } = readConfig(site, "web", context);
    context.store.put({ ...site, properties: { ...site.properties, siteConfig } });
  }
  return ok(readConfig(site, config, context));
}

function patchConfig(site: Resource, config: string, request: MiniRequest, context: ArmContext): Promise<Answer> {
  const known = context.store.get(`${site.id}/config/${config}`)?.properties ?? {};
  const patch = withoutNulls((readJson(request)["properties"] ?? {}) as object);
  return writeConfig(site, config, { properties: { ...known, ...patch } }, context);
}

function readPolicy(site: Resource, policy: string, { store }: ArmContext): Resource {
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

function putChild(site: Resource, path: string, properties: unknown, { store }: ArmContext): void {
  const id = `${site.id}/${path}`;
  const name = path.split("/").at(-1) ?? "";
  const type = `Microsoft.Web/sites/${path.split("/")[0]}`;
  store.put({ id, name, type, properties: (properties ?? {}) as Record<string, unknown> });
}

function publishingCredentials(site: Resource, { account }: ArmContext): object {
  return {
    id: `${site.id}/publishingcredentials/$${site.name}`,
    name: site.name,
    type: "Microsoft.Web/sites/publishingcredentials",
    properties: {
      publishingUserName: `$${site.name}`,
      publishingPassword: guidFrom(`${account.tokenKey}/${site.id}`),
      name: site.name,
    },
  };
}

async function listFunctions(site: Resource, { sites }: ArmContext): Promise<Answer> {
  const functions = await sites.functionsOf(site.id);
  const value = functions.map(({ name, trigger, invokeUrl }) => ({
    id: `${site.id}/functions/${name}`,
    name: `${site.name}/${name}`,
    type: "Microsoft.Web/sites/functions",
    properties: {
      name,
      config: { bindings: [{ type: trigger, direction: "in" }] },
      ...(invokeUrl === undefined ? {} : { invoke_url_template: invokeUrl }),
      isDisabled: false,
    },
  }));
  return ok({ value });
}

async function listHostKeys(site: Resource, { sites }: ArmContext): Promise<Answer> {
  const keys = await sites.keysOf(site.id);
  if (keys === null) return hostNotRunning();
  const { masterKey, functionKey, durableTaskKey } = keys;
  return ok({
    masterKey,
    functionKeys: { default: functionKey },
    systemKeys: { durabletask_extension: durableTaskKey },
  });
}

async function listFunctionKeys(site: Resource, { sites }: ArmContext): Promise<Answer> {
  const keys = await sites.keysOf(site.id);
  return keys === null ? hostNotRunning() : ok({ default: keys.functionKey });
}

function hostNotRunning(): Answer {
  return armError(400, "BadRequest", "Encountered an error (ServiceUnavailable) from host runtime.");
}

function siteIdOf({ subscription, group, site }: Params): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${site}`;
}

function locationOf(site: Resource): { location?: string } {
  return site.location === undefined ? {} : { location: site.location };
}

function withoutNulls(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
