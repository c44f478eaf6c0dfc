import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson } from "../http/answer.ts";
import type { Params, Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { guidFrom } from "./derive.ts";
import { notFound, notSupported } from "./resource-rules.ts";
import type { Resource } from "./resource-store.ts";
import { patchConfig, readConfig, readPolicy, writeConfig, writePolicy } from "./site-configuration.ts";

const SITE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{site}";

type SiteHandler = (site: Resource, request: MiniRequest, params: Params) => Promise<Answer> | Answer;

export function siteRoutes(context: ArmContext): Route[] {
  /** @param path - Below the site. */
  const at = (method: string, path: string, handle: SiteHandler): Route =>
    route(method, `${SITE}${path}`, (request, params) => {
      const site = context.store.get(siteIdOf(params));
      return site === undefined ? notFound(siteIdOf(params), context.store) : handle(site, request, params);
    });
  const getConfig: SiteHandler = (site, request, { config = "" }) =>
    isReadable(request, config) ? ok(readConfig(site, config, context)) : notSupported(request);
  const POLICY = "/basicPublishingCredentialsPolicies/{policy}";
  return [
    at("POST", "/config/publishingcredentials/list", (site) => ok(publishingCredentials(site, context))),
    at("POST", "/config/backup/list", () => armError(404, "NotFound", "No backup is configured.")),
    at("POST", "/config/{config}/list", getConfig),
    at("GET", "/config/{config}", getConfig),
    at("PUT", "/config/{config}", (site, request, { config = "" }) =>
      writeConfig(site, config, readJson(request), context),
    ),
    at("PATCH", "/config/{config}", (site, request, { config = "" }) => patchConfig(site, config, request, context)),
    at("GET", POLICY, (site, _request, { policy = "" }) => ok(readPolicy(site, policy, context))),
    at("PUT", POLICY, (site, request, { policy = "" }) => writePolicy(site, policy, request, context)),
    at("GET", "/functions", (site) => listFunctions(site, context)),
    at("POST", "/functions/{function}/listKeys", (site) => listFunctionKeys(site, context)),
    at("POST", "/host/default/listKeys", (site) => listHostKeys(site, context)),
    at("POST", "/host/default/sync", () => ({ status: 204 })),
    at("POST", "/syncfunctiontriggers", () => ok({ status: "success" })),
    at("POST", "/restart", async (site) => {
      await context.sites.settingsChanged(site.id);
      return { status: 200 };
    }),
  ];
}

// These contain secrets: Azure lists them in response to a POST, and refuses GET.
const SECRET_CONFIGS = ["appsettings", "authsettings", "azurestorageaccounts", "connectionstrings", "metadata"];

function isReadable({ method }: MiniRequest, config: string): boolean {
  return method === "POST" || !SECRET_CONFIGS.includes(config.toLowerCase());
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

/** Azure's response to a request for keys while no host is running. */
export function hostNotRunning(): Answer {
  return armError(400, "BadRequest", "Encountered an error (ServiceUnavailable) from host runtime.");
}

function siteIdOf({ subscription, group, site }: Params): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${site}`;
}
