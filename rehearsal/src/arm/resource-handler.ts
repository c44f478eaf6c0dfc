// Resources by ID, for every type; the differences between types are in `resource-types.ts`.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import { groupNotFound, notFound, notSupported, refuseLocation, typeOf, unknownType } from "./resource-rules.ts";
import type { Resource } from "./resource-store.ts";
import { groupIdOf } from "./resource-store.ts";
import type { ResourceType } from "./resource-type.ts";
import { RESOURCE_TYPES } from "./resource-types.ts";

/** Answers a request for a resource, or for the list of a type, after the general checks have passed. */
export async function handleResource(request: MiniRequest, context: ArmContext): Promise<Answer> {
  const id = decodeURIComponent(request.url.pathname).replace(/\/$/, "");
  if (!/\/providers\/[^/]+\/[^/]+/i.test(id)) return noSuchUrl(request);
  const type = RESOURCE_TYPES[typeOf(id).toLowerCase()];
  if (type === undefined) return unknownType(typeOf(id), request);
  const scope = scopeOfCollection(id);
  if (scope !== null) return request.method === "GET" ? listType(id, scope, context) : notSupported(request);
  switch (request.method) {
    case "GET":
    case "HEAD":
      return getResource(id, type, request, context);
    case "PUT":
    case "PATCH":
      return putResource(id, type, request, context);
    case "DELETE":
      return deleteResource(id, type, request, context);
    default:
      return context.store.get(id) === undefined ? notFound(id, context.store) : notSupported(request);
  }
}

function noSuchUrl({ url }: MiniRequest): Answer {
  return armError(404, "NotFound", `No HTTP resource was found that matches the request URI '${url.href}'.`);
}

function getResource(id: string, type: ResourceType, { method }: MiniRequest, context: ArmContext): Answer {
  const resource = context.store.get(id);
  if (resource === undefined) return notFound(id, context.store);
  return method === "HEAD" ? { status: 204 } : ok(present(resource, type, context));
}

function present(resource: Resource, type: ResourceType, context: ArmContext): Resource {
  return type.present?.(resource, context) ?? resource;
}

/** The scope whose resources of a type are listed; null if the type is followed by a name. */
function scopeOfCollection(id: string): string | null {
  const [provider = ""] = id.split(/\/providers\//i).slice(-1);
  const types = provider.split("/").length - 1;
  if (types % 2 === 0) return null;
  const own = types === 1 ? `/providers/${provider}` : `/${id.split("/").at(-1)}`;
  return id.slice(0, -own.length);
}

/** Lists all resources of one type in a group, in the subscription or below another resource. */
function listType(id: string, scope: string, context: ArmContext): Answer {
  const wanted = typeOf(id).toLowerCase();
  const isWanted = (resource: Resource) =>
    resource.type.toLowerCase() === wanted && resource.id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);
  const found = context.store.all().filter(isWanted);
  return ok({ value: found.map((resource) => present(resource, RESOURCE_TYPES[wanted]!, context)) });
}

async function putResource(id: string, type: ResourceType, request: MiniRequest, context: ArmContext): Promise<Answer> {
  const previous = context.store.get(id);
  const group = groupIdOf(id);
  if (context.store.get(group) === undefined) return groupNotFound(group.split("/")[4] ?? "");
  if (request.method === "PATCH" && previous === undefined) return notFound(id, context.store);
  const draft = draftOf(id, request, previous);
  const unregistered = context.registrations.refuse(typeOf(id));
  if (unregistered !== null) return unregistered;
  const isPlaced = type.isExtension !== true && type.isGlobal !== true;
  const refusal = (isPlaced ? refuseLocation(draft, previous) : null) ?? type.refuse?.(draft, context) ?? null;
  if (refusal !== null) return refusal;
  const resource = await type.compose(draft, context, previous === undefined);
  context.store.put(resource);
  const made = present(resource, type, context);
  const isLongRunning = type.isLongRunning === true && previous === undefined;
  return isLongRunning ? context.operations.accept(context.account.subscriptionId, () => made) : ok(made);
}

/** PUT replaces, PATCH merges; both keep the location that the resource was created with. */
function draftOf(id: string, request: MiniRequest, previous: Resource | undefined): Resource {
  const body = readJson(request) as Partial<Resource>;
  const base = request.method === "PATCH" ? previous : undefined;
  const location = body.location ?? previous?.location;
  return {
    ...base,
    ...body,
    ...(location === undefined ? {} : { location }),
    id,
    name: id.split("/").at(-1) ?? "",
    type: typeOf(id),
    properties: { ...base?.properties, ...body.properties },
  };
}

async function deleteResource(
  id: string,
  type: ResourceType,
  request: MiniRequest,
  context: ArmContext,
): Promise<Answer> {
  const resource = context.store.get(id);
  if (resource === undefined) {
    const group = groupIdOf(id);
    return context.store.get(group) === undefined ? groupNotFound(group.split("/")[4] ?? "") : { status: 204 };
  }
  const refusal = type.refuseDelete?.(resource, context) ?? null;
  if (refusal !== null) return refusal;
  for (const gone of context.store.delete(id)) await afterDelete(gone, context);
  type.afterDelete?.(resource, request, context);
  return { status: 200 };
}

/** Lets a type react once a resource has been deleted. */
export async function afterDelete(resource: Resource, context: ArmContext): Promise<void> {
  await RESOURCE_TYPES[resource.type.toLowerCase()]?.deleted?.(resource, context);
}
