import { isRecord } from "@same-kit/shared";
import type { WebhookRequest } from "../shared/http-message.ts";
import type { ActionAnswer, EntityDetail, EntityList, EntitySummary } from "./api.ts";
import type { Handlers } from "./handler.ts";
import { textOf } from "./instance-summary.ts";
import type { ApiObject, ManagementApi } from "./management-api.ts";
import { toPayload } from "./payload.ts";
import { jsonAnswer, RequestProblem } from "./problem.ts";
import { actionBody, required } from "./requests.ts";
import type { InspectedSource } from "./source.ts";

const MAX_ENTITIES = 5000;
const ENTITY_PAGE = 500;

export function entityHandlers(api: ManagementApi, source: InspectedSource): Handlers {
  return {
    "GET api/entities": async () => jsonAnswer(await listEntities(api)),
    "GET api/entity": async (request) => {
      const { name, key } = entityIn(request);
      const [state, internals] = await Promise.all([api.entity(name, key), source.entity?.(name, key)]);
      if (state === undefined && !internals) throw new RequestProblem(404, "There is no such entity.");
      const { lockedBy = null, pending = null } = internals ?? {};
      const detail: EntityDetail = {
        name,
        key,
        lastOperationAt: "",
        state: { json: state ?? null },
        lockedBy,
        pending,
      };
      return jsonAnswer(detail);
    },
    "POST api/entity/signal": async (request) => {
      const { name, key } = entityIn(request);
      const { event = "", data } = actionBody(request);
      if (event === "") throw new RequestProblem(400, "An operation has a name.");
      await api.signalEntity(name, key, event, data);
      return jsonAnswer({ instanceId: `@${name.toLowerCase()}@${key}` } satisfies ActionAnswer);
    },
  };
}

function entityIn(request: WebhookRequest): { name: string; key: string } {
  return { name: required(request, "name"), key: request.url.searchParams.get("key") ?? "" };
}

async function listEntities(api: ManagementApi): Promise<EntityList> {
  const entities: EntitySummary[] = [];
  let token: string | null = null;
  do {
    const page = await api.entities(token, ENTITY_PAGE);
    entities.push(...page.items.flatMap((item) => toEntity(item) ?? []));
    token = page.continuationToken;
  } while (token !== null && entities.length < MAX_ENTITIES);
  return { entities, hasMore: token !== null };
}

function toEntity(item: ApiObject): EntitySummary | null {
  const id = item["entityId"];
  if (!isRecord(id)) return null;
  const lastOperationAt = textOf(item, "lastOperationTime");
  return {
    name: textOf(id, "name"),
    key: textOf(id, "key"),
    lastOperationAt,
    state: toPayload(item["state"], "state"),
  };
}
