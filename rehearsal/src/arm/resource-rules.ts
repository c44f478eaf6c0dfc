// What Azure refuses for every resource type, in its own words, because people search for them.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError } from "../http/answer.ts";
import { isRegion, normalizeRegion, REGIONS } from "./regions.ts";
import type { Resource, ResourceStore } from "./resource-store.ts";
import { groupIdOf } from "./resource-store.ts";

const WEB = /\/providers\/Microsoft\.Web\//i;

/** The 404 response for a missing resource, or for its missing group. */
export function notFound(id: string, store: ResourceStore): Answer {
  const groupId = groupIdOf(id);
  const group = groupId.split("/")[4] ?? "";
  if (groupId !== "" && store.get(groupId) === undefined) return groupNotFound(group);
  const name = `${typeOf(id)}/${id.split("/").at(-1)}`;
  return armError(
    404,
    "ResourceNotFound",
    `The Resource '${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

export function groupNotFound(group: string): Answer {
  return armError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

export function locationRequired(): Answer {
  return armError(400, "LocationRequired", "The location property is required for this definition.");
}

/** Microsoft.Web uses its own format for these responses. */
export function notSupported({ method, url }: MiniRequest): Answer {
  if (WEB.test(url.pathname)) {
    return { status: 405, body: { Message: `The requested resource does not support http method '${method}'.` } };
  }
  return armError(405, "MethodNotAllowed", `The HTTP method '${method}' is not supported on the resource.`);
}

export function unknownType(type: string, { url }: MiniRequest): Answer {
  const version = url.searchParams.get("api-version");
  const namespace = type.split("/")[0];
  return armError(
    404,
    "InvalidResourceType",
    `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${version}'. A rehearsal's Azure has only the types that same-kit deploys.`,
  );
}

/** A tracked resource must have a valid location, and keeps it. */
export function refuseLocation(draft: Resource, previous: Resource | undefined): Answer | null {
  const { location, name, type } = draft;
  if (location === undefined) return locationRequired();
  if (!isRegion(location)) {
    return armError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type '${type}'. List of available regions for the resource type is '${REGIONS.join(",")}'.`,
    );
  }
  const present = previous?.location;
  if (present === undefined || normalizeRegion(present) === normalizeRegion(location)) return null;
  const group = groupIdOf(draft.id).split("/")[4];
  return armError(
    409,
    "InvalidResourceLocation",
    `The resource '${name}' already exists in location '${present}' in resource group '${group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
  );
}

/** `Namespace/type[/subtype…]` of the last provider in an ID. */
export function typeOf(id: string): string {
  const [namespace = "", ...rest] = (id.split(/\/providers\//i).at(-1) ?? "").split("/");
  return [namespace, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}
