import { Limiter } from "@same-kit/shared";
import type { WebhookRequest } from "../shared/http-message.ts";
import type { ActionAnswer } from "./api.ts";
import { BY_HAND, type Handlers, present } from "./handler.ts";
import { findPayload, toDetail } from "./instance-detail.ts";
import type { InstanceFeed } from "./instance-feed.ts";
import type { ApiObject, ManagementApi } from "./management-api.ts";
import { jsonAnswer, RequestProblem } from "./problem.ts";
import { actionBody, purgeBody, required, startBody } from "./requests.ts";
import type { InspectedSource } from "./source.ts";

const PURGES_AT_ONCE = 8;

export function instanceHandlers(
  api: ManagementApi,
  feed: InstanceFeed,
  sources: InspectedSource["sources"],
): Handlers {
  const act = (action: string, work: (id: string, request: WebhookRequest) => Promise<string | null>) => ({
    [`POST api/instance/${action}`]: async (request: WebhookRequest) => {
      const id = required(request, "id");
      const instanceId = (await work(id, request)) ?? id;
      await Promise.all([...new Set([id, instanceId])].map((it) => feed.changed(it)));
      return jsonAnswer({ instanceId } satisfies ActionAnswer);
    },
  });
  const operate =
    (action: "suspend" | "resume" | "terminate" | "rewind") => async (id: string, request: WebhookRequest) => {
      await api.act(id, action, actionBody(request).reason ?? BY_HAND);
      return null;
    };
  return {
    "GET api/instances": async () => jsonAnswer(await feed.list()),
    "GET api/instance": async (request) => jsonAnswer(toDetail(await wholeInstance(api, request)) ?? notFound()),
    "GET api/payload": async (request) => {
      const value = findPayload(await wholeInstance(api, request), required(request, "path"));
      return jsonAnswer(value === undefined ? notFound() : value);
    },
    "GET api/sources": async (request) =>
      jsonAnswer((await present(sources, "source code")(required(request, "id"))) ?? notFound()),
    "POST api/start": async (request) => {
      const { id, input } = startBody(request);
      const instanceId = await api.start(required(request, "name"), id, input);
      await feed.changed(instanceId);
      return jsonAnswer({ instanceId } satisfies ActionAnswer);
    },
    "POST api/purge": async (request) => jsonAnswer({ purged: await purgeAll(purgeBody(request).ids, api, feed) }),
    ...act("raise", async (id, request) => {
      const { event = "", data } = actionBody(request);
      if (event === "") throw new RequestProblem(400, "An event has a name.");
      await api.raise(id, event, data);
      return null;
    }),
    ...act("suspend", operate("suspend")),
    ...act("resume", operate("resume")),
    ...act("terminate", operate("terminate")),
    ...act("rewind", operate("rewind")),
    ...act("restart", (id, request) => api.restart(id, actionBody(request).sameId ?? false)),
    ...act("purge", async (id) => {
      await api.purge(id);
      return null;
    }),
  };
}

async function wholeInstance(api: ManagementApi, request: WebhookRequest): Promise<ApiObject> {
  return (await api.instance(required(request, "id"), { isWhole: true })) ?? notFound();
}

function notFound(): never {
  throw new RequestProblem(404, "There is no such instance.");
}

async function purgeAll(ids: readonly string[], api: ManagementApi, feed: InstanceFeed): Promise<number> {
  const limiter = new Limiter(PURGES_AT_ONCE);
  const purge = async (id: string) => {
    const isPurged = await api.purge(id);
    await feed.changed(id);
    return isPurged;
  };
  return (await Promise.all(ids.map((id) => limiter.run(() => purge(id))))).filter(Boolean).length;
}
