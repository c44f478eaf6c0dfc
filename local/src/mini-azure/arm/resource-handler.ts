// Resources by ID, whatever their type: what `resource-types.ts` says about a type is all that differs.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, HANG_UP, ok, readJson } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import type { Resource } from "./resource-store.ts";
import { groupIdOf } from "./resource-store.ts";
import { RESOURCE_TYPES } from "./resource-types.ts";

// Polls that a storage account takes in the `slow` drill, one a second.
const SLOW_POLLS = 600;

export async function handleResource(request: MiniRequest, context: ArmContext): Promise<Answer> {
  const id = request.url.pathname;
  switch (request.method) {
    case "GET":
    case "HEAD": {
      const resource = context.store.get(id) ?? (await appearUnasked(id, context));
      return resource === undefined ? notFound(id) : ok(resource);
    }
    case "PUT":
    case "PATCH":
      return putResource(request, context);
    case "DELETE": {
      const gone = context.store.delete(id);
      for (const resource of gone) await afterDelete(resource, context);
      return { status: gone.length === 0 ? 204 : 200 };
    }
    default:
      return notFound(id);
  }
}

async function putResource(request: MiniRequest, context: ArmContext): Promise<Answer> {
  const id = request.url.pathname;
  const type = typeOf(id);
  const known = RESOURCE_TYPES[type.toLowerCase()];
  if (known === undefined)
    return armError(400, "InvalidResourceType", `The mini Azure does not know the resource type '${type}'.`);
  const group = groupIdOf(id);
  if (context.store.get(group) === undefined) return groupNotFound(group.split("/")[4] ?? "");

  const previous = context.store.get(id);
  const body = readJson(request) as Partial<Resource>;
  const base = request.method === "PATCH" ? previous : undefined;
  const draft: Resource = {
    ...base,
    ...body,
    id,
    name: id.split("/").at(-1) ?? "",
    type,
    properties: { ...base?.properties, ...body.properties },
  };
  const refusal = known.refuse?.(draft, context) ?? null;
  if (refusal !== null) return refusal;
  const resource = await known.compose(draft, context, previous === undefined);
  context.store.put(resource);
  return afterPut(resource, known.isLongRunning === true && previous === undefined, context);
}

function afterPut(resource: Resource, isLongRunning: boolean, context: ArmContext): Answer {
  const { counter, operations, account } = context;
  const isStorage = resource.type === "Microsoft.Storage/storageAccounts";
  if (isStorage && counter.isActive("slow")) return operations.accept(account.subscriptionId, undefined, SLOW_POLLS);
  if (resource.type === "Microsoft.OperationalInsights/workspaces" && counter.strikes("apply-dies")) return HANG_UP;
  if (resource.type === "Microsoft.Web/sites" && counter.isActive("group-not-empty"))
    addForeignResource(resource, context);
  return isLongRunning ? operations.accept(account.subscriptionId, undefined) : ok(resource);
}

/** `exists-not-in-state`: the workspace that Terraform is about to make turns out to be there. */
async function appearUnasked(id: string, context: ArmContext): Promise<Resource | undefined> {
  const location = context.store.get(groupIdOf(id))?.location;
  if (typeOf(id) !== "Microsoft.OperationalInsights/workspaces" || location === undefined) return undefined;
  if (!context.counter.strikes("exists-not-in-state")) return undefined;
  const draft: Resource = {
    id,
    name: id.split("/").at(-1) ?? "",
    type: typeOf(id),
    location,
    properties: { sku: { name: "PerGB2018" } },
  };
  const resource = await RESOURCE_TYPES[draft.type.toLowerCase()]!.compose(draft, context, true);
  context.store.put(resource);
  return resource;
}

function addForeignResource(site: Resource, { store }: ArmContext): void {
  const name = "someone-elses-network";
  const id = `${groupIdOf(site.id)}/providers/Microsoft.Network/virtualNetworks/${name}`;
  store.put({ id, name, type: "Microsoft.Network/virtualNetworks", location: site.location ?? "", properties: {} });
}

/** What a type still has to do once a resource is gone. */
export async function afterDelete(resource: Resource, context: ArmContext): Promise<void> {
  await RESOURCE_TYPES[resource.type.toLowerCase()]?.deleted?.(resource, context);
}

export function notFound(id: string): Answer {
  const group = groupIdOf(id);
  return armError(
    404,
    "ResourceNotFound",
    `The Resource '${typeOf(id)}/${id.split("/").at(-1)}' under resource group '${group.split("/")[4] ?? ""}' was not found.`,
  );
}

export function groupNotFound(group: string): Answer {
  return armError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

/** `Namespace/type[/subtype…]` of the last provider in an ID. */
function typeOf(id: string): string {
  const [namespace = "", ...rest] = (id.split(/\/providers\//i).at(-1) ?? "").split("/");
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}
