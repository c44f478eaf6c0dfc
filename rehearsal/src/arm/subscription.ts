import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { guidFrom } from "./derive.ts";
import { namespaceRoutes } from "./namespaces.ts";
import { REGIONS } from "./regions.ts";
import type { Resource } from "./resource-store.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
/** Routes of the subscription itself, and queries across it. */
export function subscriptionRoutes(context: ArmContext): Route[] {
  const { account, store, registrations } = context;
  const describe = () => ({
    id: `/subscriptions/${account.subscriptionId}`,
    subscriptionId: account.subscriptionId,
    tenantId: account.tenantId,
    displayName: "Rehearsal",
    state: "Enabled",
  });
  return [
    route("GET", "/subscriptions", () => ok({ value: [describe()] })),
    route("GET", SUBSCRIPTION, () => ok(describe())),
    route("GET", `${SUBSCRIPTION}/locations`, () =>
      ok({ value: REGIONS.map((name) => ({ name, displayName: name })) }),
    ),
    ...namespaceRoutes(registrations),
    route("POST", `${SUBSCRIPTION}/providers/Microsoft.Web/checkNameAvailability`, (request) =>
      checkName(request, "microsoft.web/sites", context),
    ),
    route("POST", `${SUBSCRIPTION}/providers/Microsoft.Storage/checkNameAvailability`, (request) =>
      checkName(request, "microsoft.storage/storageaccounts", context),
    ),
    route("GET", `${SUBSCRIPTION}/resourceGroups`, (request) => ok({ value: byTag(groups(store.all()), request) })),
    route("GET", `${SUBSCRIPTION}/resources`, (request) => ok({ value: byTag(store.topLevel(), request) })),
    route("POST", "/providers/Microsoft.ResourceGraph/resources", (request) => searchByName(request, context)),
    route("GET", "/{scope*}/providers/Microsoft.Authorization/permissions", () =>
      ok({ value: [{ actions: ["*"], notActions: [] }] }),
    ),
    route("GET", "/{scope*}/providers/Microsoft.Authorization/roleDefinitions", (request) =>
      findRole(request, account.subscriptionId),
    ),
    route("GET", "/{scope*}/providers/Microsoft.Authorization/roleDefinitions/{role}", (_request, { role }) =>
      roleById(role ?? "", account.subscriptionId),
    ),
  ];
}

function checkName(request: MiniRequest, type: string, { store }: ArmContext): Answer {
  const name = String(readJson(request)["name"] ?? "").toLowerCase();
  const isTaken = store
    .all()
    .some((resource) => resource.type.toLowerCase() === type && resource.name.toLowerCase() === name);
  if (!isTaken) return ok({ nameAvailable: true });
  const message = type.endsWith("sites")
    ? `Hostname '${name}' already exists. Please select a different name.`
    : `The storage account named ${name} is already taken.`;
  return ok({ nameAvailable: false, reason: "AlreadyExists", message });
}

function groups(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ type }) => type === "Microsoft.Resources/resourceGroups");
}

/** `$filter=tagName eq 'x' [and tagValue eq 'y']`. */
function byTag(resources: readonly Resource[], request: MiniRequest): Resource[] {
  const filter = request.url.searchParams.get("$filter") ?? "";
  const name = /tagName eq '([^']*)'/i.exec(filter)?.[1];
  const value = /tagValue eq '([^']*)'/i.exec(filter)?.[1];
  if (name === undefined) return [...resources];
  return resources.filter(({ tags }) => tags?.[name] !== undefined && (value === undefined || tags[name] === value));
}

/** The one kind of Resource Graph query that `func` sends: a site by its name. */
function searchByName(request: MiniRequest, { store }: ArmContext): Answer {
  const query = String(readJson(request)["query"] ?? "");
  const name = /name\s*=~\s*'([^']+)'/i.exec(query)?.[1]?.toLowerCase();
  const data = store.topLevel().filter((resource) => name === undefined || resource.name.toLowerCase() === name);
  return ok({ totalRecords: data.length, count: data.length, data, facets: [], resultTruncated: "false" });
}

function findRole(request: MiniRequest, subscriptionId: string): Answer {
  const roleName = /roleName eq '([^']*)'/i.exec(request.url.searchParams.get("$filter") ?? "")?.[1];
  if (roleName === undefined) return armError(400, "InvalidFilter", "Only roleName eq '…' is understood.");
  const found = BUILT_IN_ROLES.filter((name) => name === roleName);
  return ok({ value: found.map((name) => describeRole(name, subscriptionId)) });
}

const BUILT_IN_ROLES = ["Storage Blob Data Owner", "Storage Queue Data Contributor", "Storage Table Data Contributor"];

function roleById(id: string, subscriptionId: string): Answer {
  const roleName = BUILT_IN_ROLES.find((name) => guidFrom(name) === id);
  if (roleName === undefined)
    return armError(404, "RoleDefinitionDoesNotExist", `The specified role definition with ID '${id}' does not exist.`);
  return ok(describeRole(roleName, subscriptionId));
}

function describeRole(roleName: string, subscriptionId: string) {
  const name = guidFrom(roleName);
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`,
    name,
    type: "Microsoft.Authorization/roleDefinitions",
    properties: { roleName, type: "BuiltInRole", permissions: [], assignableScopes: ["/"] },
  };
}
