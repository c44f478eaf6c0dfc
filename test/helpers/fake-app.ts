import type { RunStatus } from "../../toolkit/src/adapters/app/run-status.ts";

type Answer = Partial<RunStatus> & { customStatus?: unknown };

export type FakeApp = {
  fetch: typeof fetch;
  /** `METHOD PATH` of each request except those for the status. */
  requests: string[];
  /** Status responses in turn; the last one is repeated. `null`: the run is unknown. */
  statuses: (Answer | null)[];
  /** Called for each status request. */
  onStatus: () => void;
};

export const COMPLETED_OUTPUT = {
  session_context: "",
  steps: [],
  variables: [],
  python: { version: "3.12.1", implementation: "CPython", dill: "0.4.1" },
};

/** Stands in for a host with our app, at the level of HTTP. */
export function fakeApp(...statuses: FakeApp["statuses"]): FakeApp {
  const app: FakeApp = { fetch: answer as typeof fetch, requests: [], statuses, onStatus: () => {} };
  async function answer(input: string | URL | Request, { method = "GET", signal, headers }: RequestInit = {}) {
    signal?.throwIfAborted();
    const url = new URL(String(input));
    if (method === "GET" && url.pathname.includes("/instances/")) return answerStatus();
    app.requests.push(`${method} ${url.pathname.replace("/runtime/webhooks/durabletask/instances", "")}`);
    if (url.pathname === "/api/initiate") {
      return json(202, startedRun(url.origin, new Headers(headers).get("x-same-run-id") ?? "any"));
    }
    // It was asked to end, so it has ended.
    if (url.pathname.endsWith("/terminate")) app.statuses = [{ runtimeStatus: "Terminated", output: "asked to" }];
    return json(url.pathname.endsWith("/events") ? 404 : 202, {});
  }
  function answerStatus() {
    app.onStatus();
    const status = app.statuses.length > 1 ? app.statuses.shift() : app.statuses[0];
    if (status == null) return json(404, {});
    const times = { createdTime: "2026-01-01T00:00:00Z", lastUpdatedTime: "2026-01-01T00:00:00Z" };
    return json(200, { instanceId: "any", customStatus: null, output: null, ...times, ...status });
  }
  return app;
}

const json = (status: number, value: unknown) => new Response(JSON.stringify(value), { status });

function startedRun(origin: string, id: string) {
  const base = `${origin}/runtime/webhooks/durabletask/instances/${id}`;
  return {
    id,
    statusQueryGetUri: base,
    terminatePostUri: `${base}/terminate?reason={text}`,
    suspendPostUri: `${base}/suspend?reason={text}`,
    resumePostUri: `${base}/resume?reason={text}`,
    purgeHistoryDeleteUri: base,
  };
}
