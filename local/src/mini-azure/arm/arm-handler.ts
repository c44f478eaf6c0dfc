// Azure Resource Manager on the loopback interface: metadata, tokens, and resources by ID.
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson } from "../http/answer.ts";
import type { Params, Route } from "../http/router.ts";
import { dispatch, route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { strikeArm } from "./arm-drills.ts";
import { afterDelete, groupNotFound, handleResource, notFound } from "./resource-handler.ts";
import type { Resource } from "./resource-store.ts";
import { storageKeys, workspaceKeys } from "./resource-types.ts";
import { siteRoutes } from "./site-routes.ts";
import { subscriptionRoutes } from "./subscription.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`;
const STORAGE = `${GROUP}/providers/Microsoft.Storage/storageAccounts/{name}`;
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/{name}`;
const COMPONENT = `${GROUP}/providers/Microsoft.Insights/components/{name}`;
/** Tells azurerm 5 not to wait between polls. */
const SKIP_DELAY = { "x-go-azure-sdk-skip-polling-delay": "true" };

export function createArmHandler(context: ArmContext): Handler {
  const open = loginRoutes(context);
  const closed = [
    ...subscriptionRoutes(context),
    ...siteRoutes(context),
    ...actionRoutes(context),
    ...groupRoutes(context),
  ];
  return async (request) => {
    const struck = strikeArm(request, context.counter);
    if (struck !== null) return struck;
    const login = await dispatch(open, request);
    if (login !== null) return login;
    const refusal = refuse(request, context);
    if (refusal !== null) return refusal;
    const answer = (await dispatch(closed, request)) ?? (await handleResource(request, context));
    return "kind" in answer ? answer : { ...answer, headers: { ...SKIP_DELAY, ...answer.headers } };
  };
}

function loginRoutes({ login, armUrl }: ArmContext): Route[] {
  return [
    route("GET", "/metadata/endpoints", () => ok(describeCloud(armUrl()))),
    // azurerm 4 asks for the metadata of an older kind first and is content with none, but not with a refusal.
    route("GET", "/endpoints", () => ({ status: 404 })),
    route("POST", "/{tenant}/oauth2/v2.0/token", (request) => login.token(request)),
    route("POST", "/{tenant}/oauth2/token", (request) => login.token(request)),
    route("POST", "/{tenant}/oauth2/v2.0/devicecode", () => login.deviceCode(armUrl())),
  ];
}

function describeCloud(armUrl: string): object {
  return {
    name: "MiniAzure",
    portal: "https://portal.azure.com",
    resourceManager: `${armUrl}/`,
    microsoftGraphResourceId: `${armUrl}/graph/`,
    authentication: {
      loginEndpoint: armUrl,
      audiences: [armUrl, "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    suffixes: { storage: "core.windows.net", keyVaultDns: "vault.azure.net" },
  };
}

function refuse(request: MiniRequest, { login, account }: ArmContext): Answer | null {
  if (!login.isAuthorized(request)) {
    return armError(401, "InvalidAuthenticationToken", "The access token is missing, expired or not from this cloud.", {
      "www-authenticate": 'Bearer error="invalid_token"',
    });
  }
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(request.url.pathname)?.[1];
  const isOurs = subscription === undefined || subscription.toLowerCase() === account.subscriptionId.toLowerCase();
  const isOperation = request.url.pathname.includes("/operationresults/");
  if (isOurs || isOperation) return null;
  return armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
}

function actionRoutes(context: ArmContext): Route[] {
  const { store, operations } = context;
  const onResource =
    (act: (resource: Resource) => object) =>
    (request: MiniRequest): Answer => {
      const id = request.url.pathname.replace(/\/[^/]+$/, "");
      const resource = store.get(id);
      return resource === undefined ? notFound(id) : ok(act(resource));
    };
  const echo = (properties: object) => (request: MiniRequest) =>
    ok({ id: request.url.pathname, name: "default", properties });
  return [
    route("GET", `${SUBSCRIPTION}/operationresults/{operation}`, (_request, { operation }) =>
      operations.poll(operation ?? ""),
    ),
    route(
      "POST",
      `${STORAGE}/listKeys`,
      onResource((resource) => storageKeys(resource, context)),
    ),
    route(
      "GET",
      `${STORAGE}/blobServices/default`,
      echo({ cors: { corsRules: [] }, deleteRetentionPolicy: { enabled: false } }),
    ),
    route(
      "GET",
      `${STORAGE}/fileServices/default`,
      echo({ cors: { corsRules: [] }, shareDeleteRetentionPolicy: { enabled: true, days: 7 } }),
    ),
    route("GET", `${STORAGE}/queueServices/default`, echo({ cors: { corsRules: [] } })),
    route(
      "POST",
      `${WORKSPACE}/sharedKeys`,
      onResource((resource) => workspaceKeys(resource, context)),
    ),
    route("GET", `${SUBSCRIPTION}/providers/Microsoft.OperationalInsights/deletedWorkspaces`, () => ok({ value: [] })),
    route("GET", `${GROUP}/providers/Microsoft.OperationalInsights/deletedWorkspaces`, () => ok({ value: [] })),
    route("GET", `${COMPONENT}/currentbillingfeatures`, () => ok(BILLING)),
    route("PUT", `${COMPONENT}/currentbillingfeatures`, () => ok(BILLING)),
  ];
}

const BILLING = {
  CurrentBillingFeatures: ["Basic"],
  DataVolumeCap: {
    Cap: 100,
    ResetTime: 0,
    WarningThreshold: 90,
    StopSendNotificationWhenHitThreshold: false,
    StopSendNotificationWhenHitCap: false,
  },
};

function groupRoutes(context: ArmContext): Route[] {
  const { store, operations } = context;
  return [
    route("PUT", GROUP, (request, params) => putGroup(request, params, context)),
    route("PATCH", GROUP, (request, params) => patchGroup(request, params, context)),
    route("GET", `${GROUP}/resources`, (_request, params) => ok({ value: listResources(params, context) })),
    route("DELETE", GROUP, async (request, params) => {
      const gone = store.delete(request.url.pathname);
      for (const resource of gone) await afterDelete(resource, context);
      return gone.length === 0
        ? groupNotFound(params["group"] ?? "")
        : operations.accept(params["subscription"] ?? "", undefined);
    }),
  ];
}

function putGroup(request: MiniRequest, { group }: Params, { store }: ArmContext): Answer {
  const id = request.url.pathname;
  const isNew = store.get(id) === undefined;
  const { location, tags } = readJson(request) as Pick<Resource, "location" | "tags">;
  const resource: Resource = {
    id,
    name: group ?? "",
    type: "Microsoft.Resources/resourceGroups",
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    properties: { provisioningState: "Succeeded" },
  };
  store.put(resource);
  return { status: isNew ? 201 : 200, body: resource };
}

/** Only tags can change; those that come replace all that were. */
function patchGroup(request: MiniRequest, { group }: Params, { store }: ArmContext): Answer {
  const known = store.get(request.url.pathname);
  if (known === undefined) return groupNotFound(group ?? "");
  const { tags } = readJson(request) as Pick<Resource, "tags">;
  const resource: Resource = tags === undefined ? known : { ...known, tags };
  store.put(resource);
  return ok(resource);
}

function listResources({ subscription, group }: Params, { store }: ArmContext): Resource[] {
  const prefix = `/subscriptions/${subscription}/resourceGroups/${group}/`.toLowerCase();
  return store.topLevel().filter(({ id }) => id.toLowerCase().startsWith(prefix));
}
