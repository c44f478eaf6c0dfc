// Drills of Azure Resource Manager, with the status, codes and wording that Azure is known to use.
import { oauthError } from "../arm/login.ts";
import { groupIdOf } from "../arm/resource-store.ts";
import type { MiniRequest } from "../http/answer.ts";
import { armError, HANG_UP, ok, webError } from "../http/answer.ts";
import type { Drill, Interception } from "./drill.ts";
import { askFor, isOk, lastSegment, on, withBody } from "./requests.ts";
import { slowGroup } from "./slow-group.ts";
import { slowStorage } from "./slow-storage.ts";

const GROUP = /\/resourceGroups\/[^/]+$/i;
const PLAN = /\/serverfarms\/[^/]+$/i;
const SITE = /\/Microsoft\.Web\/sites\/[^/]+$/i;
const STORAGE = /\/storageAccounts\/[^/]+$/i;
const COMPONENT = /\/Microsoft\.Insights\/components\/[^/]+$/i;
const WORKSPACE = /\/Microsoft\.OperationalInsights\/workspaces\/[^/]+$/i;

const put = (path: RegExp, answer: Interception["answer"]) => ({ requests: [on("arm", "PUT", path, answer)] });

export const RESOURCE_MANAGER_DRILLS = {
  "session-expired": {
    summary: "The sign-in has expired.",
    requests: [
      on("arm", "POST", /\/oauth2\//, () =>
        oauthError(
          400,
          "invalid_grant",
          "AADSTS700082: The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
        ),
      ),
    ],
  },
  "subscription-unknown": {
    summary: "The subscription does not exist for this account.",
    requests: [
      on("arm", "*", /^\/subscriptions\//i, ({ url }) =>
        armError(404, "SubscriptionNotFound", `The subscription '${url.pathname.split("/")[2]}' could not be found.`),
      ),
    ],
  },
  "tls-interception": { summary: "A proxy replaces certificates.", untrusted: true },
  quota: {
    summary: "The region has no quota for the plan.",
    ...put(PLAN, () =>
      webError(
        401,
        "Unauthorized",
        "Operation cannot be completed without additional quota. \r\nAdditional details - Location:  \r\nCurrent Limit (FlexConsumption VMs): 0 \r\nCurrent Usage: 0\r\nAmount required for this deployment (FlexConsumption VMs): 1",
      ),
    ),
  },
  "no-rights": {
    summary: "The account may not create the resource group.",
    ...put(GROUP, ({ url }) =>
      armError(
        403,
        "AuthorizationFailed",
        `The client 'rehearsal' with object id '00000000-0000-0000-0000-000000000000' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/write' over scope '${url.pathname}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      ),
    ),
  },
  policy: {
    summary: "A policy forbids the storage account.",
    ...put(STORAGE, (request) =>
      armError(
        403,
        "RequestDisallowedByPolicy",
        `Resource '${lastSegment(request)}' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Storage accounts should prevent shared key access"}}]'.`,
      ),
    ),
  },
  "namespace-unregistered": {
    summary: "Microsoft.Web is not registered.",
    ...put(PLAN, () =>
      armError(
        409,
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace 'Microsoft.Web'. See https://aka.ms/rps-not-found for how to register subscriptions.",
      ),
    ),
  },
  "name-taken": {
    summary: "Someone else has an app of this name.",
    requests: [
      on("arm", "POST", /\/Microsoft\.Web\/checkNameAvailability$/i, () =>
        ok({
          nameAvailable: false,
          reason: "AlreadyExists",
          message: "Hostname already exists. Please select a different name.",
        }),
      ),
    ],
  },
  "storage-name-taken": {
    summary: "Someone else has a storage account of this name.",
    ...put(STORAGE, (request) =>
      armError(
        409,
        "StorageAccountAlreadyTaken",
        `The storage account named ${lastSegment(request)} is already taken.`,
      ),
    ),
  },
  "exists-not-in-state": {
    summary: "A resource exists that is not in the state.",
    times: 1,
    requests: [
      on("arm", "GET", WORKSPACE, async (request, next) => {
        const { pathname } = request.url;
        const group = await next(askFor(request, "GET", groupIdOf(pathname)));
        if (!isOk(group) || isOk(await next(request))) return null;
        // With the tags of an apply that was interrupted before it recorded the workspace.
        const { location, tags } = group.body as { location: string; tags?: Record<string, string> };
        await next(askFor(request, "PUT", pathname, { location, tags, properties: { sku: { name: "PerGB2018" } } }));
        return next(request);
      }),
    ],
  },
  "group-taken": {
    summary: "A colleague has a resource group of that name.",
    requests: [groupOfOthers(() => ({ owner: "colleague" }))],
  },
  "other-machine": {
    summary: "The environment is deployed from another machine.",
    requests: [
      groupOfOthers((name) => {
        const [, project = "", environment = ""] = /^rg-(.+)-([a-z0-9]+)-[0-9a-f]{6}$/.exec(name) ?? [];
        const mark = "11111111-2222-3333-4444-555555555555";
        return {
          "same-kit:project": project,
          "same-kit:environment": environment,
          "same-kit:deployment": mark,
        };
      }),
    ],
  },
  "region-unsupported": {
    summary: "The region does not offer the plan.",
    ...put(PLAN, () =>
      armError(
        400,
        "LocationNotAvailableForResourceType",
        "The provided location is not available for resource type 'Microsoft.Web/serverFarms' with this SKU. List of available regions for the resource type is 'northeurope,swedencentral,eastus2'.",
      ),
    ),
  },
  "plan-mixing": {
    summary: "The resource group already contains another kind of plan.",
    ...put(PLAN, () =>
      webError(
        409,
        "Conflict",
        "This pricing tier isn't allowed in this resource group. Learn more: https://aka.ms/webapp-rg-restrictions",
        "59324",
      ),
    ),
  },
  "setting-refused": {
    summary: "The region refuses a site setting (51021).",
    ...put(SITE, () =>
      webError(
        400,
        "BadRequest",
        "Site.SiteConfig.Use32BitWorkerProcess is invalid. Please remove this property.",
        "51021",
      ),
    ),
  },
  "apply-partly-failed": {
    summary: "One resource fails after others were created.",
    ...put(COMPONENT, () =>
      armError(
        409,
        "Conflict",
        "The component could not be created. Correlation ID: 00000000-0000-0000-0000-000000000000.",
      ),
    ),
  },
  throttled: {
    summary: "Azure throttles requests, then works again.",
    times: 1,
    ...put(GROUP, () =>
      armError(429, "TooManyRequests", "The request is being throttled. Try again after '1' seconds.", {
        "retry-after": "1",
      }),
    ),
  },
  slow: {
    summary: "The storage account takes minutes, so that an interrupt can be tried.",
    requests: slowStorage,
  },
  "slow-group": {
    summary: "The resource group exists at once, but the answer takes minutes: an interrupt leaves it unrecorded.",
    requests: slowGroup,
  },
  "apply-dies": {
    summary: "The connection breaks after a resource was created but not recorded.",
    times: 1,
    ...put(WORKSPACE, async (request, next) => {
      const made = await next(request);
      return isOk(made) ? HANG_UP : made;
    }),
  },
  "app-not-found": {
    summary: "Azure does not list the new app yet.",
    times: 2,
    requests: [
      on("arm", "GET", SITE, (request) =>
        isTerraform(request)
          ? null
          : armError(
              404,
              "ResourceNotFound",
              `The Resource 'Microsoft.Web/sites/${lastSegment(request)}' was not found.`,
            ),
      ),
    ],
  },
  "group-not-empty": {
    summary: "The resource group contains a foreign resource.",
    ...put(SITE, async (request, next) => {
      const made = await next(request);
      const network = "providers/Microsoft.Network/virtualNetworks/someone-elses-network";
      const id = `${groupIdOf(request.url.pathname)}/${network}`;
      await next(askFor(request, "PUT", id, { location: "westeurope" }));
      return made;
    }),
  },
  "outputs-missing": {
    summary: "Azure returns no host name for the app.",
    requests: [
      on("arm", "*", SITE, async (request, next) => {
        const site = await next(request);
        return isOk(site) && request.method !== "DELETE" ? withBody(site, withoutHostName) : site;
      }),
    ],
  },
} as const satisfies Record<string, Drill>;

/** Makes the group exist, with these tags, as soon as it is looked up. */
function groupOfOthers(tagsOf: (name: string) => Record<string, string>): Interception {
  return on("arm", "GET", GROUP, async (request, next) => {
    if (isOk(await next(request))) return null;
    const tags = tagsOf(lastSegment(request));
    await next(askFor(request, "PUT", request.url.pathname, { location: "westeurope", tags }));
    return next(request);
  });
}

function isTerraform({ headers }: MiniRequest): boolean {
  return /terraform/i.test(String(headers["user-agent"] ?? ""));
}

function withoutHostName(site: Record<string, unknown>): object {
  const { defaultHostName: _gone, ...properties } = (site["properties"] ?? {}) as Record<string, unknown>;
  return { ...site, properties };
}
