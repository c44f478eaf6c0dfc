// Azure Resource Manager on the loopback interface: metadata, tokens, and resources by ID.
import type { Answer, Handler, Intercept, MiniRequest } from "../http/answer.ts";
import { armError } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import { dispatch, hasRoute, route } from "../http/router.ts";
import type { ArmContext } from "./arm-context.ts";
import { answerMetadata } from "./cloud-metadata.ts";
import { groupRoutes } from "./group-routes.ts";
import { refuseRequest, traced } from "./request-rules.ts";
import { handleResource } from "./resource-handler.ts";
import { notSupported } from "./resource-rules.ts";
import { serviceRoutes } from "./service-routes.ts";
import { siteRoutes } from "./site-routes.ts";
import { subscriptionRoutes } from "./subscription.ts";

/** Lets azurerm poll without delays. */
const SKIP_DELAY = { "x-go-azure-sdk-skip-polling-delay": "true" };

/** @param intercept - For drills; their responses get the request's IDs as well. */
export function createArmHandler(context: ArmContext, intercept: Intercept): Handler {
  const open = openRoutes(context);
  const closed = [
    ...subscriptionRoutes(context),
    ...siteRoutes(context),
    ...serviceRoutes(context),
    ...groupRoutes(context),
  ];
  const answer = intercept(
    async (request) => (await dispatch(open, request)) ?? (await handle(request, closed, context)),
  );
  return async (request) => traced(request, await answer(request));
}

async function handle(request: MiniRequest, routes: readonly Route[], context: ArmContext): Promise<Answer> {
  const refusal = refuseRequest(request, context) ?? refuseBody(request);
  if (refusal !== null) return refusal;
  const routed = await dispatch(routes, request);
  if (routed === null && hasRoute(routes, request)) return notSupported(request);
  const answer = routed ?? (await handleResource(request, context));
  return "kind" in answer ? answer : { ...answer, headers: { ...SKIP_DELAY, ...answer.headers } };
}

function openRoutes({ login, armUrl }: ArmContext): Route[] {
  return [
    route("GET", "/metadata/endpoints", (request) => answerMetadata(request, armUrl())),
    route("POST", "/{tenant}/oauth2/v2.0/token", (request, { tenant }) => login.token(request, tenant ?? "")),
    route("POST", "/{tenant}/oauth2/token", (request, { tenant }) => login.token(request, tenant ?? "")),
    route("POST", "/{tenant}/oauth2/v2.0/devicecode", (request) => login.deviceCode(request, armUrl())),
  ];
}

function refuseBody({ body }: MiniRequest): Answer | null {
  if (body.length === 0) return null;
  try {
    JSON.parse(body.toString("utf8"));
    return null;
  } catch (error) {
    const reason = (error as Error).message;
    const message = `The request content was invalid and could not be deserialized: '${reason}'.`;
    return armError(400, "InvalidRequestContent", message);
  }
}
