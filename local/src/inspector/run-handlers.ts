import type { WebhookRequest } from "../shared/http-message.ts";
import type { ActionAnswer } from "./api.ts";
import { foreignFile } from "./assets.ts";
import { BY_HAND, type Handlers, present } from "./handler.ts";
import type { InstanceFeed } from "./instance-feed.ts";
import type { ManagementApi } from "./management-api.ts";
import { jsonAnswer, RequestProblem } from "./problem.ts";
import { required } from "./requests.ts";
import type { RunsSource } from "./source.ts";

export function runHandlers(api: ManagementApi, feed: InstanceFeed, given: RunsSource | undefined): Handlers {
  const runs = () => present(given, "run");
  const find = async (request: WebhookRequest) => {
    const run = await runs().find(required(request, "id"));
    if (run === null) throw new RequestProblem(404, "There is no record of such a run.");
    return run;
  };
  return {
    "GET api/runs": async () => jsonAnswer({ runs: await runs().list() }),
    "GET api/run": async (request) => jsonAnswer(await find(request)),
    "GET api/run/file": async (request) => {
      const path = required(request, "path");
      const content = await runs().readFile(required(request, "id"), path);
      if (content === null) throw new RequestProblem(404, "The run has no such file.");
      return foreignFile(path, content);
    },
    "POST api/run/resume": async (request) => {
      const { id } = await find(request);
      await runs().resume(id);
      return jsonAnswer({ instanceId: id } satisfies ActionAnswer);
    },
    "POST api/run/cancel": async (request) => {
      const { id } = await find(request);
      await api.act(id, "terminate", BY_HAND);
      await feed.changed(id);
      return jsonAnswer({ instanceId: id } satisfies ActionAnswer);
    },
  };
}
