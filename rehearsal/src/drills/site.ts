// Drills of a deployed site's responses.
import { hostNotRunning } from "../arm/site-routes.ts";
import type { Answer } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import type { Drill } from "./drill.ts";
import { askFor, isOk, on, withBody } from "./requests.ts";

const ANY = /^/;
const HOST_STATUS = /^\/admin\/host\/status$/;
const FUNCTIONS = /^\/admin\/functions$/;
const OUTSIDE_ADMIN = /^\/(?!admin\/)/;
const INSTANCE = /^\/runtime\/webhooks\/durabletask\/instances\/[^/]+$/i;
const LISTED_FUNCTIONS = /\/sites\/[^/]+\/functions$/i;
const KEYS = /\/sites\/[^/]+\/.+\/listKeys$/i;

const UNAVAILABLE: Answer = {
  status: 503,
  headers: { "content-type": "text/plain" },
  body: "The service is unavailable.",
};
const HOST_ERROR =
  "The 'orchestrator' function is in error: Unable to find the Azure Storage connection 'AzureWebJobsStorage'.";
const STEP_ERROR = 'Step "same_step_000" failed: FileNotFoundError: python3: no such file or directory';

/** Responds as usual, except for the body. */
const rewrite = (path: RegExp, change: (body: Record<string, unknown>) => object, status?: number) =>
  on("site", "GET", path, async (request, next) => {
    const answer = await next(request);
    return isOk(answer) ? { ...withBody(answer, change), status: status ?? answer.status } : answer;
  });

const noFunctions = rewrite(FUNCTIONS, () => []);

export const SITE_DRILLS = {
  "zero-functions": {
    summary: "Deployed, but the host finds no functions.",
    requests: [
      noFunctions,
      on("site", "*", OUTSIDE_ADMIN, async (request, next) => {
        const alive = await next(askFor(request, "GET", "/admin/host/ping"));
        return isOk(alive) ? { status: 404 } : alive;
      }),
      on("arm", "GET", LISTED_FUNCTIONS, () => ok({ value: [] })),
    ],
  },
  "host-error": {
    summary: "The host fails to start.",
    requests: [noFunctions, rewrite(HOST_STATUS, (status) => ({ ...status, state: "Error", errors: [HOST_ERROR] }))],
  },
  "host-silent": {
    summary: "The host never answers.",
    requests: [on("site", "*", ANY, () => UNAVAILABLE), on("arm", "POST", KEYS, hostNotRunning)],
  },
  "smoke-timeout": {
    summary: "The test run never finishes.",
    requests: [rewrite(INSTANCE, (run) => ({ ...run, runtimeStatus: "Running", output: null }), 202)],
  },
  "smoke-failed": {
    summary: "The test run fails.",
    requests: [rewrite(INSTANCE, (run) => ({ ...run, runtimeStatus: "Failed", output: STEP_ERROR }), 200)],
  },
} as const satisfies Record<string, Drill>;
