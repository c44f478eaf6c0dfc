// What storage accounts, workspaces and components offer besides the resource itself: keys, services, billing.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { ok, readJson } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { notFound } from "./resource-rules.ts";
import type { Resource } from "./resource-store.ts";
import { storageKeys, workspaceKeys } from "./resource-types.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`;
const STORAGE = `${GROUP}/providers/Microsoft.Storage/storageAccounts/{name}`;
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/{name}`;
const COMPONENT = `${GROUP}/providers/Microsoft.Insights/components/{name}`;
const DELETED_WORKSPACES = "providers/Microsoft.OperationalInsights/deletedWorkspaces";

const SERVICE_DEFAULTS = {
  blobServices: { cors: { corsRules: [] }, deleteRetentionPolicy: { enabled: false } },
  fileServices: { cors: { corsRules: [] }, shareDeleteRetentionPolicy: { enabled: true, days: 7 } },
  queueServices: { cors: { corsRules: [] } },
  tableServices: { cors: { corsRules: [] } },
} as const;

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

export function serviceRoutes(context: ArmContext): Route[] {
  const { operations, account } = context;
  const onParent = (act: (parent: Resource, request: MiniRequest) => Answer) => (request: MiniRequest) =>
    withParent(request, context, act);
  return [
    route("GET", `${SUBSCRIPTION}/operationresults/{operation}`, (_request, { operation }) =>
      operations.poll(account.subscriptionId, operation ?? ""),
    ),
    route(
      "POST",
      `${STORAGE}/listKeys`,
      onParent((parent) => ok(storageKeys(parent, context))),
    ),
    ...Object.entries(SERVICE_DEFAULTS).flatMap(([service, defaults]) =>
      storedRoutes(`${STORAGE}/${service}/default`, defaults, context),
    ),
    route(
      "POST",
      `${WORKSPACE}/sharedKeys`,
      onParent((parent) => ok(workspaceKeys(parent, context))),
    ),
    route("GET", `${SUBSCRIPTION}/${DELETED_WORKSPACES}`, () => ok({ value: [] })),
    route("GET", `${GROUP}/${DELETED_WORKSPACES}`, () => ok({ value: [] })),
    ...billingRoutes(context),
  ];
}

/** A service of a storage account: it always exists, with the properties that were last put. */
function storedRoutes(path: string, defaults: object, context: ArmContext): Route[] {
  const { store } = context;
  const describe = ({ url }: MiniRequest) => {
    const id = url.pathname;
    const [service = "", name = ""] = id.split("/").slice(-2);
    const type = `Microsoft.Storage/storageAccounts/${service}`;
    return { id, name, type, properties: { ...defaults, ...store.get(id)?.properties } };
  };
  const withAccount = (act: (request: MiniRequest) => Answer) => (request: MiniRequest) => {
    const accountId = request.url.pathname.split("/").slice(0, -2).join("/");
    return store.get(accountId) === undefined ? notFound(accountId, store) : act(request);
  };
  return [
    route(
      "GET",
      path,
      withAccount((request) => ok(describe(request))),
    ),
    route(
      "PUT",
      path,
      withAccount((request) => {
        const { properties = {} } = readJson(request) as Partial<Resource>;
        store.put({ ...describe(request), properties });
        return ok(describe(request));
      }),
    ),
  ];
}

/** An older API than that of other resources: no envelope, and a PUT replaces the whole value. */
function billingRoutes(context: ArmContext): Route[] {
  const { store } = context;
  const path = `${COMPONENT}/currentbillingfeatures`;
  const read = (id: string) => ({ ...BILLING, ...store.get(id)?.properties });
  return [
    route("GET", path, (request) => withParent(request, context, () => ok(read(request.url.pathname)))),
    route("PUT", path, (request) =>
      withParent(request, context, () => {
        const id = request.url.pathname;
        const type = "Microsoft.Insights/components/currentbillingfeatures";
        store.put({ id, name: "currentbillingfeatures", type, properties: readJson(request) });
        return ok(read(id));
      }),
    ),
  ];
}

/** For paths directly below a resource, such as `{id}/listKeys`. */
function withParent(
  request: MiniRequest,
  { store }: ArmContext,
  act: (parent: Resource, request: MiniRequest) => Answer,
): Answer {
  const id = request.url.pathname.replace(/\/[^/]+\/?$/, "");
  const parent = store.get(id);
  return parent === undefined ? notFound(id, store) : act(parent, request);
}
