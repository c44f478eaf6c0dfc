import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, readJson } from "../http/answer.ts";
import type { Params, Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { isRegion, normalizeRegion, REGIONS } from "./regions.ts";
import { afterDelete } from "./resource-handler.ts";
import { groupNotFound, locationRequired } from "./resource-rules.ts";
import type { Resource } from "./resource-store.ts";

const GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";
const GROUP_NAME = /^[-\w._()]{0,89}[-\w_()]$/u;

type GroupBody = Pick<Resource, "location" | "tags">;

export function groupRoutes(context: ArmContext): Route[] {
  const { store } = context;
  return [
    route("GET", GROUP, (request, { group }) => getGroup(request, group ?? "", context)),
    route("PUT", GROUP, (request, { group }) => putGroup(request, group ?? "", context)),
    route("PATCH", GROUP, (request, { group }) => patchGroup(request, group ?? "", context)),
    route("DELETE", GROUP, (request, { group }) => deleteGroup(request, group ?? "", context)),
    route("GET", `${GROUP}/resources`, (_request, params) => {
      const exists = store.get(groupId(params)) !== undefined;
      return exists ? ok({ value: listResources(params, context) }) : groupNotFound(params["group"] ?? "");
    }),
  ];
}

/** HEAD only checks for existence and is answered without a body. */
function getGroup({ url, method }: MiniRequest, group: string, { store }: ArmContext): Answer {
  const known = store.get(url.pathname);
  if (known === undefined) return groupNotFound(group);
  return method === "HEAD" ? { status: 204 } : ok(known);
}

function putGroup(request: MiniRequest, group: string, { store }: ArmContext): Answer {
  const id = request.url.pathname;
  const known = store.get(id);
  const { location = known?.location, tags } = readJson(request) as GroupBody;
  const refusal = refuseGroup(group, location, known);
  if (refusal !== null) return refusal;
  const resource: Resource = {
    id,
    name: group,
    type: "Microsoft.Resources/resourceGroups",
    location: normalizeRegion(String(location)),
    ...(tags === undefined ? {} : { tags }),
    properties: { provisioningState: "Succeeded" },
  };
  store.put(resource);
  return { status: known === undefined ? 201 : 200, body: resource };
}

function refuseGroup(group: string, location: string | undefined, known: Resource | undefined): Answer | null {
  if (!GROUP_NAME.test(group)) {
    const message = `The provided resource group name '${group}' has these invalid characters or ends with a period. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`;
    return armError(400, "InvalidResourceGroup", message);
  }
  if (location === undefined) return locationRequired();
  if (!isRegion(location)) {
    const message = `The provided location '${location}' is not available for resource group. List of available regions is '${REGIONS.join(",")}'.`;
    return armError(400, "LocationNotAvailableForResourceGroup", message);
  }
  const present = known?.location;
  if (present === undefined || present === normalizeRegion(location)) return null;
  const message = `Invalid resource group location '${location}'. The Resource group already exists in location '${present}'.`;
  return armError(409, "InvalidResourceGroupLocation", message);
}

/** Only tags can change; the new tags replace all existing ones. */
function patchGroup(request: MiniRequest, group: string, { store }: ArmContext): Answer {
  const known = store.get(request.url.pathname);
  if (known === undefined) return groupNotFound(group);
  const { tags } = readJson(request) as GroupBody;
  const resource: Resource = tags === undefined ? known : { ...known, tags };
  store.put(resource);
  return ok(resource);
}

async function deleteGroup(request: MiniRequest, group: string, context: ArmContext): Promise<Answer> {
  const { store, operations, account } = context;
  const gone = store.delete(request.url.pathname);
  for (const resource of gone) await afterDelete(resource, context);
  return gone.length === 0 ? groupNotFound(group) : operations.accept(account.subscriptionId, undefined);
}

function listResources(params: Params, { store }: ArmContext): Resource[] {
  const prefix = `${groupId(params)}/`.toLowerCase();
  return store.topLevel().filter(({ id }) => id.toLowerCase().startsWith(prefix));
}

function groupId({ subscription, group }: Params): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}`;
}
