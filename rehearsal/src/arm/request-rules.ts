// What Azure Resource Manager refuses before it looks at a resource, in its order and wording.
import { randomUUID } from "node:crypto";
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";

const API_VERSION = /^\d{4}-\d{2}-\d{2}(-(preview|privatepreview|alpha|beta))?$/i;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns null if the request may proceed. */
export function refuseRequest(request: MiniRequest, context: ArmContext): Answer | null {
  return refuseVersion(request) ?? refuseCaller(request, context) ?? refuseSubscription(request, context);
}

function refuseVersion({ url }: MiniRequest): Answer | null {
  const version = url.searchParams.get("api-version") ?? "";
  if (version === "") {
    return armError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  if (API_VERSION.test(version)) return null;
  return armError(400, "InvalidApiVersionParameter", `The api-version '${version}' is invalid.`);
}

function refuseCaller(request: MiniRequest, { login }: ArmContext): Answer | null {
  if (login.isAuthorized(request)) return null;
  const headers = { "www-authenticate": 'Bearer error="invalid_token"' };
  if (request.headers.authorization === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    return armError(401, "AuthenticationFailed", message, headers);
  }
  return armError(401, "InvalidAuthenticationToken", "The access token is expired or not from this cloud.", headers);
}

function refuseSubscription({ url }: MiniRequest, { account }: ArmContext): Answer | null {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(url.pathname)?.[1];
  if (subscription === undefined || subscription.toLowerCase() === account.subscriptionId.toLowerCase()) return null;
  return GUID.test(subscription)
    ? armError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`)
    : armError(
        400,
        "InvalidSubscriptionId",
        `The provided subscription identifier '${subscription}' is malformed or invalid.`,
      );
}

/** Adds the IDs by which Azure support finds a request; a correlation ID is returned as it was sent. */
export function traced(request: MiniRequest, answer: Answer): Answer {
  if ("kind" in answer) return answer;
  const requestId = randomUUID();
  const ids = {
    "x-ms-request-id": requestId,
    "x-ms-correlation-request-id": String(request.headers["x-ms-correlation-request-id"] ?? requestId),
  };
  return { ...answer, headers: { ...ids, ...answer.headers } };
}
