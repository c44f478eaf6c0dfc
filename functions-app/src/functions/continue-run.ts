import { app, type HttpRequest, type HttpResponseInit } from "@azure/functions";
import * as df from "durable-functions";
import { isRunId, KEPT_STEPS_HEADER, RUN_ID_HEADER } from "../contract/headers.ts";
import type { Problem } from "../contract/problem.ts";
import { SessionGone } from "../steps/content-copy.ts";
import { countKeepable, keepSteps } from "../steps/keep-steps.ts";
import type { RunBlobs } from "../steps/run-blobs.ts";
import { openSessionParts, type SessionParts } from "../steps/session-parts.ts";
import { badHeader, type FindBeginning, initiate } from "./initiate.ts";
import { loadRunHistory, type RunHistory } from "./run-history.ts";

/**
 * Registers `POST /api/runs/ID/continue`, which requires the access key: like `POST /api/initiate`, for a new run that keeps the first
 * steps of the run ID. {@link KEPT_STEPS_HEADER} says how many; the request contains all steps.
 */
export function registerContinueRun(): void {
  app.http("continueRun", {
    route: "runs/{id}/continue",
    methods: ["POST"],
    authLevel: "anonymous",
    extraInputs: [df.input.durableClient()],
    handler: (request, context): Promise<HttpResponseInit> => {
      const client = df.getClient(context);
      const loadHistory = (id: string) => loadRunHistory(client, id);
      const find = findKept(request, loadHistory, (blobs) => openSessionParts(process.env, client.taskHubName, blobs));
      return initiate(request, client, process.env, context, find);
    },
  });
}

const ENDED: ReadonlySet<string> = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

/** Exported for tests. */
export function findKept(
  request: Pick<HttpRequest, "headers" | "params">,
  loadHistory: (id: string) => Promise<RunHistory | undefined>,
  openSessions: (blobs: RunBlobs) => SessionParts,
): FindBeginning {
  return async (runId, { steps }, blobs) => {
    const { id = "" } = request.params;
    const history = isRunId(id) ? await loadHistory(id) : undefined;
    if (history === undefined) return problem(404, "Not found", `There is no run ${id}.`);
    if (id === runId) return badHeader(RUN_ID_HEADER, "must not be the ID of the run that is continued");
    if (!ENDED.has(history.runtimeStatus))
      return problem(409, "The run has not ended.", `The run ${id} is still running.`);
    const names = namesOf(history);
    const count = Number(request.headers.get(KEPT_STEPS_HEADER) ?? Number.NaN);
    const most = Math.min(countKeepable(history), steps.length - 1);
    if (!Number.isSafeInteger(count) || count < 1 || count > most) {
      return badHeader(KEPT_STEPS_HEADER, `must be a number from 1 to ${most}, the steps that can be kept`);
    }
    const other = steps.slice(0, count).findIndex(({ name }, index) => name !== names[index]);
    if (other >= 0)
      return badHeader(KEPT_STEPS_HEADER, `keeps steps[${other}], which is called ${names[other]} in ${id}`);
    const sessions = openSessions(blobs);
    const kept = await keepSteps({ from: { ...history, id }, to: runId, count, blobs, sessions }).catch(ifGone);
    if (kept === null) return problem(410, "Gone", textOfGone(names[count - 1]));
    if (kept !== undefined) return { kept, ...(kept.files && { files: kept.files }) };
    const own = history.kept?.records.length ?? 0;
    return badHeader(
      KEPT_STEPS_HEADER,
      `must be at least ${own}: the run ${id} itself kept that many steps of an earlier run`,
    );
  };
}

function ifGone(error: unknown): null {
  if (error instanceof SessionGone) return null;
  throw error;
}

const textOfGone = (step: string | undefined): string =>
  `The variables after ${step} are not stored any more, because later steps changed too much of them: keep fewer steps, or none.`;

function namesOf({ kept, results }: RunHistory): string[] {
  const executed = results.flatMap((result) => (result.kind === "completed" ? [result.record.name] : []));
  return [...(kept?.records ?? []).map(({ name }) => name), ...executed];
}

const problem = (status: number, title: string, detail: string): { problem: Problem } => ({
  problem: { title, status, detail },
});
