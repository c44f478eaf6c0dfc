import { app, type HttpRequest, type HttpResponseInit } from "@azure/functions";
import * as df from "durable-functions";
import type { ExecutorResult } from "../contract/executor-call.ts";
import { isRunId } from "../contract/headers.ts";
import type { Problem } from "../contract/problem.ts";
import { BLOB_PART_BYTES, BLOB_SIZE_HEADER, type RunDetails, type WholeRun } from "../contract/run-details.ts";
import { openRunBlobs } from "../steps/container-blobs.ts";
import { type ReadableRun, readRunBlob } from "../steps/read-run-blob.ts";
import type { BlobPart, RunBlobs } from "../steps/run-blobs.ts";
import type { RunningSteps, StepProgress } from "../steps/running-steps.ts";
import { openSessionParts } from "../steps/session-parts.ts";
import { hasAccess } from "./access-key.ts";
import { refuse, UNAUTHORIZED } from "./problem-answer.ts";
import { loadRunHistory, type RunHistory } from "./run-history.ts";

export type RunsDeps = {
  env: NodeJS.ProcessEnv;
  running: Pick<RunningSteps, "get">;
  blobs: ReadableRun["blobs"] & Pick<RunBlobs, "loadProgress">;
  sessions: ReadableRun["sessions"];
  loadHistory: (id: string) => Promise<RunHistory | undefined>;
};

/**
 * Registers what a client can request about a run besides its status. The requests require the access key:
 *
 * - `GET /api/runs/ID`: returns a {@link RunDetails}; with `?whole=true` a {@link WholeRun}.
 * - `GET /api/runs/ID/blobs/NAME?offset=N`: returns a part of one of the run's blobs.
 */
export function registerRuns(running: RunningSteps): void {
  const register = (
    name: string,
    route: string,
    answer: (request: HttpRequest, deps: RunsDeps) => Promise<HttpResponseInit>,
  ) =>
    app.http(name, {
      route,
      methods: ["GET"],
      authLevel: "anonymous",
      extraInputs: [df.input.durableClient()],
      handler: (request, context) => {
        const client = df.getClient(context);
        const blobs = openRunBlobs(process.env, client.taskHubName);
        const loadHistory = (id: string) => loadRunHistory(client, id);
        const sessions = openSessionParts(process.env, client.taskHubName, blobs);
        return answer(request, { env: process.env, running, blobs, sessions, loadHistory });
      },
    });
  register("runs", "runs/{id}", getRun);
  register("runBlobs", "runs/{id}/blobs/{name}", getBlob);
}

/** Exported for tests. */
export async function getRun(request: HttpRequest, deps: RunsDeps): Promise<HttpResponseInit> {
  if (!hasAccess(request, deps.env)) return refuse(UNAUTHORIZED);
  const { id = "" } = request.params;
  const history = isRunId(id) ? await deps.loadHistory(id) : undefined;
  if (history === undefined) return refuse(notFound(`There is no run ${id}.`));
  const details = toDetails(id, history, await findUnfinished(id, history, deps));
  const answer = request.query.get("whole") === "true" ? toWhole(details, history) : details;
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) };
}

/** Exported for tests. */
export async function getBlob(request: HttpRequest, { env, blobs, sessions }: RunsDeps): Promise<HttpResponseInit> {
  if (!hasAccess(request, env)) return refuse(UNAUTHORIZED);
  const { id = "", name = "" } = request.params;
  const offset = Number(request.query.get("offset") ?? "0");
  const isAsked = isRunId(id) && /^[\w-][\w.-]*$/.test(name) && Number.isSafeInteger(offset) && offset >= 0;
  const range = { offset, count: BLOB_PART_BYTES };
  const part = isAsked ? await readRunBlob(id, name, range, { blobs, sessions }) : undefined;
  return part === undefined ? refuse(notFound(`The run ${id} has no blob ${name}.`)) : toPart(part);
}

function toPart({ content, sizeBytes }: BlobPart): HttpResponseInit {
  const headers = { "Content-Type": "application/octet-stream", [BLOB_SIZE_HEADER]: String(sizeBytes) };
  return { status: 200, headers, body: content };
}

const notFound = (detail: string): Problem => ({ title: "Not found", status: 404, detail });

/** This process has the newest state. For a step in another process, or whose worker died, the last saved state is used. */
async function findUnfinished(
  id: string,
  { runtimeStatus, results }: RunHistory,
  { running, blobs }: RunsDeps,
): Promise<StepProgress | null> {
  if (runtimeStatus === "Completed" || results.some(({ kind }) => kind === "failed")) return null;
  const saved = async () => {
    const content = await blobs.loadProgress(id);
    return content === undefined ? null : (JSON.parse(content.toString("utf8")) as StepProgress);
  };
  const progress = running.get(id) ?? (await saved());
  const hasCompleted = results.some(({ record }) => record?.name === progress?.step);
  return hasCompleted ? null : progress;
}

function toWhole(details: RunDetails, history: RunHistory): WholeRun {
  const { createdTime = "", lastUpdatedTime = "", output = null, steps = null } = history;
  return { ...details, createdTime, lastUpdatedTime, output, requested: steps };
}

function toDetails(
  id: string,
  { runtimeStatus, results, kept }: RunHistory,
  unfinished: RunDetails["unfinished"],
): RunDetails {
  const failed = results.find((it) => it.kind === "failed");
  return {
    id,
    runtimeStatus,
    steps: [
      ...(kept?.records ?? []),
      ...results.flatMap((it: ExecutorResult) => (it.kind === "completed" ? [it.record] : [])),
    ],
    failed: failed?.record === undefined ? null : { ...failed.record, failure: failed.failure },
    unfinished,
  };
}
