// Source: Azure/azure-functions-durable-extension, HttpApiHandler.cs: HandleGetEntityRequestAsync,
// HandleListEntitiesRequestAsync and HandlePostEntityOperationRequestAsync.

import { parseSentJson } from "@same-kit/shared";
import { entityStatusOf } from "../engine/entities/entity-status.ts";
import { unknownFunctionText } from "../engine/known-functions.ts";
import { type EntityId, toInstanceId } from "../engine/messages/entity-id.ts";
import type { WebhookResponse } from "../shared/http-message.ts";
import { CONTINUATION_HEADER, empty, invalidJson, json, problem } from "./answers.ts";
import { toJsonValue } from "./instance-status.ts";
import type { ManagementCall } from "./management-call.ts";
import { traceContextOf } from "./trace-headers.ts";

const DEFAULT_PAGE_SIZE = 100;
// Characters that a table key cannot contain, and control characters.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const FORBIDDEN_IN_KEY = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Responds with the state itself; 404 for an entity that does not exist or has no state. */
export async function readEntity(entity: EntityId, { client }: ManagementCall): Promise<WebhookResponse> {
  const status = await client.getStatus(toInstanceId(entity), { withInput: true });
  const found = status === null ? null : entityStatusOf(status);
  if (found === null || !found.exists || found.state === null) return empty(404);
  return json(200, toJsonValue(found.state));
}

/** Responds with one page of the existing entities, of one class or of all. */
export async function listEntities(name: string | null, call: ManagementCall): Promise<WebhookResponse> {
  const { client, query, request } = call;
  const token = request.headers[CONTINUATION_HEADER] ?? "";
  const [from, to] = [query.time("lastOperationTimeFrom"), query.time("lastOperationTimeTo")];
  const withState = query.flag("fetchState") ?? false;
  const page = await client.list(
    {
      instanceIdPrefix: name === null ? "@" : `@${name.toLowerCase()}@`,
      // The time of an entity's row is that of its last operation.
      ...(from === undefined ? {} : { createdTimeFrom: from }),
      ...(to === undefined ? {} : { createdTimeTo: to }),
    },
    {
      top: query.positiveInteger("top") ?? DEFAULT_PAGE_SIZE,
      withInput: withState,
      ...(token === "" ? {} : { continuationToken: token }),
    },
  );
  const entities = page.instances.flatMap((it) => entityStatusOf(it) ?? []).filter(({ exists }) => exists);
  const items = entities.map(({ entityId, lastOperationTime, state }) => ({
    entityId,
    lastOperationTime: `${lastOperationTime.slice(0, 19)}Z`,
    state: state === null ? null : toJsonValue(state),
  }));
  return json(200, items, { [CONTINUATION_HEADER]: page.continuationToken ?? "" });
}

/** Sends an operation whose result no one waits for. */
export async function signalEntity(
  entity: EntityId,
  operation: string,
  call: ManagementCall,
): Promise<WebhookResponse> {
  const { client, request } = call;
  const functions = call.durableFunctions();
  const isKnown =
    functions === null ||
    functions.some((it) => it.kind === "entity" && it.name.toLowerCase() === entity.name.toLowerCase());
  if (!isKnown) return problem(400, unknownFunctionText(entity.name, "entity", functions ?? []));
  if (FORBIDDEN_IN_KEY.test(entity.key)) {
    return problem(400, `The key of an entity has no /, \\, #, ? and no control characters: "${entity.key}".`);
  }
  try {
    const trace = traceContextOf(request);
    const input = inputOf(request.headers["content-type"] ?? "", request.body);
    await client.signalEntity(entity, operation, input, ...(trace === null ? [] : [trace]));
  } catch (error) {
    if (error instanceof SyntaxError) return invalidJson(error);
    throw error;
  }
  return empty(202);
}

/** JSON unchanged, anything else as a JSON string; null for an empty body. */
function inputOf(contentType: string, body: Buffer): string | null {
  if (body.length === 0) return null;
  const isJson = contentType.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
  return JSON.stringify(isJson ? parseSentJson(body) : body.toString("utf8"));
}
