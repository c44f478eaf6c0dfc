// What Azure Resource Manager answers while a drill is on: the status, codes and words that Azure is known to use.
import type { DrillCounter, DrillName } from "../drills.ts";
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok, webError } from "../http/answer.ts";
import { oauthError } from "./login.ts";

type Strike = { name: DrillName; method: string; path: RegExp; answer: (request: MiniRequest) => Answer };

const GROUP = /\/resourceGroups\/[^/]+$/i;
const PLAN = /\/serverfarms\/[^/]+$/i;
const SITE = /\/Microsoft\.Web\/sites\/[^/]+$/i;
const STORAGE = /\/storageAccounts\/[^/]+$/i;
const COMPONENT = /\/Microsoft\.Insights\/components\/[^/]+$/i;
const ANY_SUBSCRIPTION = /^\/subscriptions\//i;

const STRIKES: readonly Strike[] = [
  strike("session-expired", "POST", /\/oauth2\//, () =>
    oauthError(
      400,
      "invalid_grant",
      "AADSTS700082: The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
    ),
  ),
  strike("subscription-unknown", "*", ANY_SUBSCRIPTION, ({ url }) =>
    armError(404, "SubscriptionNotFound", `The subscription '${url.pathname.split("/")[2]}' could not be found.`),
  ),
  strike("quota", "PUT", PLAN, () =>
    webError(
      401,
      "Unauthorized",
      "Operation cannot be completed without additional quota. \r\nAdditional details - Location:  \r\nCurrent Limit (FlexConsumption VMs): 0 \r\nCurrent Usage: 0\r\nAmount required for this deployment (FlexConsumption VMs): 1",
    ),
  ),
  strike("no-rights", "PUT", GROUP, ({ url }) =>
    armError(
      403,
      "AuthorizationFailed",
      `The client 'rehearsal' with object id '00000000-0000-0000-0000-000000000000' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/write' over scope '${url.pathname}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  ),
  strike("policy", "PUT", STORAGE, ({ url }) =>
    armError(
      403,
      "RequestDisallowedByPolicy",
      `Resource '${lastSegment(url)}' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Storage accounts should prevent shared key access"}}]'.`,
    ),
  ),
  strike("namespace-unregistered", "PUT", PLAN, () =>
    armError(
      409,
      "MissingSubscriptionRegistration",
      "The subscription is not registered to use namespace 'Microsoft.Web'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    ),
  ),
  strike("name-taken", "POST", /\/Microsoft\.Web\/checkNameAvailability$/i, () =>
    ok({
      nameAvailable: false,
      reason: "AlreadyExists",
      message: "Hostname already exists. Please select a different name.",
    }),
  ),
  strike("storage-name-taken", "PUT", STORAGE, ({ url }) =>
    armError(409, "StorageAccountAlreadyTaken", `The storage account named ${lastSegment(url)} is already taken.`),
  ),
  strike("region-unsupported", "PUT", PLAN, () =>
    armError(
      400,
      "LocationNotAvailableForResourceType",
      "The provided location is not available for resource type 'Microsoft.Web/serverFarms' with this SKU. List of available regions for the resource type is 'northeurope,swedencentral,eastus2'.",
    ),
  ),
  strike("plan-mixing", "PUT", PLAN, () =>
    webError(
      409,
      "Conflict",
      "This pricing tier isn't allowed in this resource group. Learn more: https://aka.ms/webapp-rg-restrictions",
      "59324",
    ),
  ),
  strike("setting-refused", "PUT", SITE, () =>
    webError(
      400,
      "BadRequest",
      "Site.SiteConfig.Use32BitWorkerProcess is invalid. Please remove this property.",
      "51021",
    ),
  ),
  strike("apply-partly-failed", "PUT", COMPONENT, () =>
    armError(
      409,
      "Conflict",
      "The component could not be created. Correlation ID: 00000000-0000-0000-0000-000000000000.",
    ),
  ),
  strike("throttled", "PUT", GROUP, () =>
    armError(429, "TooManyRequests", "The request is being throttled. Try again after '1' seconds.", {
      "retry-after": "1",
    }),
  ),
];

/** The active drill's answer to this request; null where it does not strike. */
export function strikeArm(request: MiniRequest, counter: DrillCounter): Answer | null {
  const found = STRIKES.find(
    ({ name, method, path }) =>
      counter.isActive(name) && (method === "*" || method === request.method) && path.test(request.url.pathname),
  );
  if (found !== undefined && counter.strikes(found.name)) return found.answer(request);
  const isPublisher = !/terraform/i.test(String(request.headers["user-agent"] ?? ""));
  if (isPublisher && request.method === "GET" && SITE.test(request.url.pathname) && counter.strikes("app-not-found")) {
    return armError(
      404,
      "ResourceNotFound",
      `The Resource 'Microsoft.Web/sites/${lastSegment(request.url)}' was not found.`,
    );
  }
  return null;
}

function strike(name: DrillName, method: string, path: RegExp, answer: Strike["answer"]): Strike {
  return { name, method, path, answer };
}

function lastSegment(url: URL): string {
  return url.pathname.split("/").at(-1) ?? "";
}
