// The HTTP management API of Durable Functions: the requests of the SDK's client, and the URLs in a check-status
// response.

import { isRecord } from "@same-kit/shared";
import { findTargetProblem, toInstanceId } from "../engine/messages/entity-id.ts";
import { findInstanceIdProblem } from "../engine/taskhub/names.ts";
import type { WebhookHandler, WebhookResponse } from "../shared/http-message.ts";
import { jsonOrText } from "../shared/json-or-text.ts";
import { CONTINUATION_HEADER, empty, problem, unexpected } from "./answers.ts";
import { listEntities, readEntity, signalEntity } from "./entities.ts";
import type { ManagementCall, ManagementDeps } from "./management-call.ts";
import { purgeInstance, purgeInstances } from "./purge.ts";
import { listInstances, queryInstance } from "./query-instances.ts";
import { RequestQuery } from "./request-query.ts";
import { matchRoute, type Route } from "./route.ts";
import { raiseEvent, resumeInstance, rewindInstance, suspendInstance, terminateInstance } from "./signal-instance.ts";
import { restartInstance, startInstance } from "./start-instance.ts";

/**
 * Answers requests below `/runtime/webhooks/durabletask` and, for the SDK's local endpoint, below `/durabletask`. Never
 * rejects.
 *
 * @see Azure/azure-functions-durable-extension, HttpApiHandler.cs
 */
export function createManagementHandler(deps: ManagementDeps): WebhookHandler {
  return async (request) => {
    const route = matchRoute(request.method.toUpperCase(), request.url.pathname);
    if (route === null) return noRoute(request.url.pathname);
    const call: ManagementCall = { ...deps, request, query: new RequestQuery(request.url) };
    logOperation(route, call);
    try {
      const refused = otherHubProblem(call) ?? impossibleIdProblem(route) ?? unreadableTokenProblem(call);
      return refused ?? (await answer(route, call));
    } catch (error) {
      deps.log.error("A management request failed.", { path: request.url.pathname, error: String(error) });
      return unexpected(error);
    }
  };
}

async function answer(route: Route, call: ManagementCall): Promise<WebhookResponse> {
  switch (route.kind) {
    case "start":
      return startInstance(route, call);
    case "list":
      return listInstances(call);
    case "purge-many":
      return purgeInstances(call);
    case "status":
      return queryInstance(route.instanceId, call);
    case "purge":
      return purgeInstance(route.instanceId, call);
    case "raise-event":
      return raiseEvent(route.instanceId, route.eventName, call);
    case "operation":
      return operate(route, call);
    case "entity-list":
      return listEntities(route.name, call);
    case "entity-read":
      return readEntity(route.entity, call);
    case "entity-signal":
      return signalEntity(route.entity, route.operation ?? call.query.text("op") ?? "", call);
    case "make-primary":
      return makePrimary(call);
  }
}

async function operate(
  { operation, instanceId }: Extract<Route, { kind: "operation" }>,
  call: ManagementCall,
): Promise<WebhookResponse> {
  switch (operation) {
    case "terminate":
      return terminateInstance(instanceId, call);
    case "suspend":
      return suspendInstance(instanceId, call);
    case "resume":
      return resumeInstance(instanceId, call);
    case "rewind":
      return rewindInstance(instanceId, call);
    case "restart":
      return restartInstance(instanceId, call);
  }
}

async function makePrimary({ client }: ManagementCall): Promise<WebhookResponse> {
  if (await client.makePrimary()) return empty(200);
  return problem(400, "This app uses no app lease (useAppLease in host.json is false), so it cannot be made primary.");
}

/**
 * `taskHub` and `connection` may only name what this host serves; otherwise the request would silently act on the wrong
 * hub.
 */
function otherHubProblem({ query, client, settings }: ManagementCall): WebhookResponse | null {
  const hub = query.text("taskHub")?.trim() ?? "";
  if (hub !== "" && hub.toLowerCase() !== client.hubName.toLowerCase()) {
    return problem(400, `This host serves the task hub '${client.hubName}', not '${hub}'.`);
  }
  const connection = query.text("connection")?.trim() ?? "";
  const known = [settings.connectionName, "Storage", "AzureWebJobsStorage"].map((it) => it.toLowerCase());
  if (connection !== "" && !known.includes(connection.toLowerCase())) {
    return problem(400, `This host has the storage connection '${settings.connectionName}', not '${connection}'.`);
  }
  return null;
}

/** As in Azure, an encoded slash is a separator, so no route reaches an instance whose id contains one. */
function noRoute(pathname: string): WebhookResponse {
  if (!/%2f/i.test(pathname)) return empty(404);
  return problem(404, "No such route: an encoded slash (%2F) separates like any other, also in an instance ID.");
}

/** The storage would reject such an id with a raw error; no instance can have it. */
function impossibleIdProblem(route: Route): WebhookResponse | null {
  const reason = "entity" in route ? findTargetProblem(toInstanceId(route.entity)) : findIdProblem(route);
  if (reason === null) return null;
  return route.kind === "start" || route.kind === "entity-signal" ? problem(400, reason) : empty(404);
}

function findIdProblem(route: Route): string | null {
  const instanceId = "instanceId" in route ? route.instanceId : null;
  return instanceId === null ? null : findInstanceIdProblem(instanceId);
}

/** The storage would answer a token that it did not issue with a raw error. */
function unreadableTokenProblem({ request }: ManagementCall): WebhookResponse | null {
  const token = request.headers[CONTINUATION_HEADER] ?? "";
  return token === "" || isRecord(jsonOrText(Buffer.from(token, "base64").toString()))
    ? null
    : problem(400, `The header ${CONTINUATION_HEADER} takes only a value that this header had in the previous answer.`);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function logOperation(route: Route, { log, request }: ManagementCall): void {
  const sent = request.headers["x-azure-functions-invocationid"] ?? "";
  log.debug("Client operation received.", {
    operation: route.kind === "operation" ? route.operation : route.kind,
    instanceId: "instanceId" in route ? (route.instanceId ?? undefined) : undefined,
    functionInvocationId: GUID.test(sent) ? sent : undefined,
  });
}
