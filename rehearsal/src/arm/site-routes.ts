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

export function siteRoutes(context: ArmContext): Route[] {
  const withSite =
    (handle: (site: Resource, request: MiniRequest, params: Params) => Promise<Answer> | Answer): Route["handle"] =>
    (request, params) => {
      const site = context.store.get(siteIdOf(params));
      return site === undefined ? notFound(siteIdOf(params), context.store) : handle(site, request, params);
    };
  const getConfig = withSite((site, request, { config = "" }) =>
    isReadable(request, config) ? ok(readConfig(site, config, context)) : notSupported(request),
  );
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
      withSite((site, request, { policy }) => writePolicy(site, policy ?? "", request, context)),
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

// With secrets in them: Azure lists these to a POST, and answers no GET.
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

/** What Azure says of keys while no host answers. */
export function hostNotRunning(): Answer {
  return armError(400, "BadRequest", "Encountered an error (ServiceUnavailable) from host runtime.");
}

function siteIdOf({ subscription, group, site }: Params): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Web/sites/${site}`;
}
