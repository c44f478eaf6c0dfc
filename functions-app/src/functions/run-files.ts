import { app, type HttpRequest, type HttpResponseInit } from "@azure/functions";
import { sha256Of } from "@same-kit/shared";
import * as df from "durable-functions";
import { isRunId } from "../contract/headers.ts";
import { type Limits, resolveLimits } from "../contract/limits.ts";
import type { Problem } from "../contract/problem.ts";
import { isSha256, type MissingFiles } from "../contract/run-files.ts";
import { openRunBlobs } from "../steps/container-blobs.ts";
import { hasAccess } from "./access-key.ts";
import { refuse, UNAUTHORIZED } from "./problem-answer.ts";
import { type BodyRequest, readBody, readJsonBody } from "./read-body.ts";
import { type TakeFiles, takeFiles } from "./take-files.ts";

type RunFilesDeps = {
  env: NodeJS.ProcessEnv;
  blobs: TakeFiles["blobs"];
};

/**
 * Registers the requests with which a client sends a run's files before it starts the run. They require the access key:
 *
 * - `POST /api/runs/ID/files` with a FilesRequest: returns a {@link MissingFiles}.
 * - `PUT /api/runs/ID/files/SHA256`: stores the content of a file.
 */
export function registerRunFiles(): void {
  const register = (
    name: string,
    method: "POST" | "PUT",
    route: string,
    answer: (request: HttpRequest, deps: RunFilesDeps) => Promise<HttpResponseInit>,
  ) =>
    app.http(name, {
      route,
      methods: [method],
      authLevel: "anonymous",
      extraInputs: [df.input.durableClient()],
      handler: (request, context) => {
        const { taskHubName } = df.getClient(context);
        return answer(request, { env: process.env, blobs: openRunBlobs(process.env, taskHubName) });
      },
    });
  register("runFiles", "POST", "runs/{id}/files", postManifest);
  register("runFile", "PUT", "runs/{id}/files/{sha256}", putFile);
}

/** Exported for tests. */
export async function postManifest(request: HttpRequest, { env, blobs }: RunFilesDeps): Promise<HttpResponseInit> {
  if (!hasAccess(request, env)) return refuse(UNAUTHORIZED);
  const { id = "" } = request.params;
  if (!isRunId(id)) return refuse(NOT_AN_ID);
  const limits = resolveLimits(env);
  const body = await readJsonBody(request as BodyRequest, limits.bodyBytes);
  if ("problem" in body) return refuse(body.problem);
  const taken = await takeFiles(id, body.json, { limits, blobs });
  if ("problem" in taken) return refuse(taken.problem);
  const answer: MissingFiles = { manifest: taken.manifest.sha256, missing: taken.missing };
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) };
}

/** Exported for tests. */
export async function putFile(request: HttpRequest, { env, blobs }: RunFilesDeps): Promise<HttpResponseInit> {
  if (!hasAccess(request, env)) return refuse(UNAUTHORIZED);
  const { id = "", sha256 = "" } = request.params;
  if (!isRunId(id)) return refuse(NOT_AN_ID);
  const { fileBytes }: Limits = resolveLimits(env);
  const body = await readBody(request as BodyRequest, fileBytes);
  if ("problem" in body) return refuse(body.problem);
  const found = sha256Of(body.bytes);
  if (!isSha256(sha256) || found !== sha256) {
    return refuse({ ...NOT_VALID, detail: `The body's SHA-256 is ${found}, not the one in the address.`, field: "" });
  }
  await blobs.saveFile(id, sha256, body.bytes);
  return { status: 204 };
}

const NOT_VALID = { title: "The request is not valid.", status: 400 } as const;

const NOT_AN_ID: Problem = {
  ...NOT_VALID,
  detail: "The run's ID must be 1 to 100 letters, digits, - and _.",
  field: "id",
};
