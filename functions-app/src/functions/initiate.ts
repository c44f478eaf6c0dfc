import { randomUUID } from "node:crypto";
import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { BlobReference } from "../contract/blob-reference.ts";
import { ORCHESTRATOR, type PipelineInput } from "../contract/executor-call.ts";
import { isRunId, isSameEnv, RUN_ID_HEADER, SAME_ENV_HEADER } from "../contract/headers.ts";
import type { InitiateRequest } from "../contract/initiate-request.ts";
import { resolveLimits } from "../contract/limits.ts";
import { parseInitiateRequest } from "../contract/parse-initiate-request.ts";
import type { Problem } from "../contract/problem.ts";
import { FILES_HEADER, isSha256 } from "../contract/run-files.ts";
import { openRunBlobs } from "../steps/container-blobs.ts";
import type { RunBlobs } from "../steps/run-blobs.ts";
import { hasAccess } from "./access-key.ts";
import { refuse, UNAUTHORIZED } from "./problem-answer.ts";
import { type BodyRequest, readJsonBody } from "./read-body.ts";
import { RunRetention } from "./run-retention.ts";
import { storeContents } from "./store-contents.ts";
import { takeFiles } from "./take-files.ts";

/** Registers `POST /api/initiate`: validates a notebook's steps, starts their run, and responds with its status URLs. */
export function registerInitiate(): void {
  app.http("initiate", {
    route: "initiate",
    methods: ["GET", "POST"],
    // Not Azure's function keys: an upstream client cannot send them. The app checks its own key.
    authLevel: "anonymous",
    extraInputs: [df.input.durableClient()],
    handler: (request, context) => initiate(request, df.getClient(context), process.env, context),
  });
}

const retention = new RunRetention();

/** Finds or copies what a run starts with in addition to its steps; `runId` is its ID. */
export type FindBeginning = (
  runId: string,
  request: InitiateRequest,
  blobs: RunBlobs,
) => Promise<Pick<PipelineInput, "files" | "kept"> | { problem: Problem }>;

/** Starts the run with `client`. @param find - Default: finds the files that were sent for the run. */
export async function initiate(
  request: HttpRequest,
  client: df.DurableClient,
  env: NodeJS.ProcessEnv,
  log: Pick<InvocationContext, "log">,
  find: FindBeginning = (runId, { files }, blobs) => findFiles(request, { runId, files, env, blobs }),
): Promise<HttpResponseInit> {
  if (!hasAccess(request, env)) return refuse(UNAUTHORIZED);
  const limits = resolveLimits(env);
  const options = readHeaders(request);
  if ("problem" in options) return refuse(options.problem);
  const body = await readJsonBody(request as BodyRequest, limits.bodyBytes);
  if ("problem" in body) return refuse(body.problem);
  const checked = parseInitiateRequest(body.json, limits);
  if ("problem" in checked) return refuse(checked.problem);
  const blobs = openRunBlobs(env, client.taskHubName);
  const beginning = await find(options.runId, checked, blobs);
  if ("problem" in beginning) return refuse(beginning.problem);
  const steps = await storeContents(checked, options.runId, () => blobs);
  const input: PipelineInput = { steps, ...options.chosen, ...beginning };
  const taken = await start(client, options.runId, input);
  if (taken !== undefined) return refuse(taken);
  void retention.afterStart(client, limits, (text) => log.log(text));
  log.log(`Started the run ${options.runId} of ${steps.length} step${steps.length === 1 ? "" : "s"}.`);
  const response = client.createCheckStatusResponse(request, options.runId);
  // For the client: the app knows files in this request, and the manifest by which results refer to them.
  if (checked.files !== undefined && beginning.files) response.headers.set(FILES_HEADER, beginning.files.sha256);
  return response as HttpResponseInit;
}

function readHeaders({
  headers,
}: HttpRequest): { runId: string; chosen: { same_env?: string } } | { problem: Problem } {
  const runId = headers.get(RUN_ID_HEADER) ?? randomUUID().replaceAll("-", "");
  const sameEnv = headers.get(SAME_ENV_HEADER);
  if (!isRunId(runId)) return badHeader(RUN_ID_HEADER, "must be 1 to 100 letters, digits, - and _");
  if (sameEnv === null) return { runId, chosen: {} };
  if (!isSameEnv(sameEnv)) return badHeader(SAME_ENV_HEADER, "must be 1 to 100 letters, digits and _");
  return { runId, chosen: { same_env: sameEnv } };
}

type SentFiles = { runId: string; files: unknown; env: NodeJS.ProcessEnv; blobs: RunBlobs };

/** The files in the request, or those that the client stored for this run before. */
async function findFiles(
  { headers }: HttpRequest,
  { runId, files: given, env, blobs }: SentFiles,
): Promise<{ files?: BlobReference } | { problem: Problem }> {
  const sha256 = headers.get(FILES_HEADER);
  if (given !== undefined) {
    if (sha256 !== null) return badHeader(FILES_HEADER, "must not be sent with files in the body");
    return storeFiles(runId, given, env, blobs);
  }
  if (sha256 === null) return {};
  const files = isSha256(sha256) ? await blobs.find(runId, "files", sha256) : undefined;
  return files === undefined ? badHeader(FILES_HEADER, "must name a manifest that was sent for this run") : { files };
}

async function storeFiles(
  runId: string,
  given: unknown,
  env: NodeJS.ProcessEnv,
  blobs: RunBlobs,
): Promise<{ files: BlobReference } | { problem: Problem }> {
  const taken = await takeFiles(runId, given, { limits: resolveLimits(env), blobs });
  if ("problem" in taken) return { problem: { ...taken.problem, field: "files" } };
  const [missing] = taken.missing;
  if (missing === undefined) return { files: taken.manifest };
  const detail = `files.contents must contain ${missing}, unless it was sent before.`;
  return { problem: { title: "The request is not valid.", status: 400, detail, field: "files" } };
}

/** The response to a header that breaks a rule. */
export function badHeader(name: string, detail: string): { problem: Problem } {
  return { problem: { title: "The request is not valid.", status: 400, detail: `${name} ${detail}.`, field: name } };
}

/** @returns The response for a run ID that is in use; Durable reports it with 409, which the SDK wraps in an Error's text. */
async function start(client: df.DurableClient, runId: string, input: PipelineInput): Promise<Problem | undefined> {
  try {
    await client.startNew(ORCHESTRATOR, { instanceId: runId, input });
    return undefined;
  } catch (error) {
    if (!/status code: 409\b/.test(String(error))) throw error;
    return {
      title: "The run exists.",
      status: 409,
      detail: `A run ${runId} is not finished yet.`,
      field: RUN_ID_HEADER,
    };
  }
}
