import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { hasAccess } from "../access/check-access.ts";
import { decodeUtf8 } from "../contract/base64.ts";
import { type Limits, resolveLimits } from "../contract/limits.ts";
import { badField, RequestProblem, tooLarge } from "../contract/problem.ts";
import { ENVIRONMENT_HEADER, parseInitiateRequest, RUN_ID_HEADER } from "../contract/request.ts";
import { ORCHESTRATOR, type PipelineInput } from "../pipeline/pipeline-input.ts";

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const ENVIRONMENT = /^\w{1,100}$/;

export function registerInitiate(): void {
  app.http("initiate", {
    route: "initiate",
    methods: ["GET", "POST"],
    // The app checks its own key: upstream's client cannot send a function key.
    authLevel: "anonymous",
    extraInputs: [df.input.durableClient()],
    handler: initiate,
  });
}

async function initiate(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  if (!hasAccess(request, process.env)) return { status: 401, headers: { "www-authenticate": 'Basic realm="same"' } };
  try {
    const { input, instanceId } = await readRequest(request, resolveLimits(process.env));
    const client = df.getClient(context);
    if (instanceId !== undefined && (await isTaken(client, instanceId))) return idTaken(instanceId);
    const id = await client.startNew(ORCHESTRATOR, { input, ...(instanceId === undefined ? {} : { instanceId }) });
    context.log(`Started the run ${id} with ${input.steps.length} step(s).`);
    return client.createCheckStatusResponse(request, id);
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return problem(error);
  }
}

async function readRequest(
  request: HttpRequest,
  limits: Limits,
): Promise<{ input: PipelineInput; instanceId: string | undefined }> {
  if (request.method !== "POST") throw badField("the request", "Send the steps with POST.");
  const instanceId = header(request, RUN_ID_HEADER, RUN_ID);
  const environment = header(request, ENVIRONMENT_HEADER, ENVIRONMENT) ?? "default";
  const { steps } = parseInitiateRequest(await readJson(request, limits), limits);
  return { input: { steps, environment }, instanceId };
}

async function readJson(request: HttpRequest, limits: Limits): Promise<unknown> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limits.bodyBytes) throw bodyTooLarge(announced, limits);
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > limits.bodyBytes) throw bodyTooLarge(bytes.length, limits);
  const text = decodeUtf8(bytes);
  if (text === null) throw badField("the body", "The bytes are no UTF-8.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badField("the body", `This is no JSON: ${(error as Error).message}`);
  }
}

function header(request: HttpRequest, name: string, pattern: RegExp): string | undefined {
  const value = request.headers.get(name);
  if (value === null || value === "") return undefined;
  if (!pattern.test(value)) throw badField(name, `"${value.slice(0, 100)}" cannot be used: it must match ${pattern}.`);
  return value;
}

const bodyTooLarge = (bytes: number, { bodyBytes }: Limits): RequestProblem =>
  tooLarge("The body", `${bytes} bytes`, `${bodyBytes} bytes`);

async function isTaken(client: df.DurableClient, instanceId: string): Promise<boolean> {
  try {
    const status = await client.getStatus(instanceId);
    return Boolean(status?.runtimeStatus);
  } catch {
    return false; // The SDK throws for an id that is not there.
  }
}

function idTaken(instanceId: string): HttpResponseInit {
  const detail = `There is a run "${instanceId}" already. Choose another ${RUN_ID_HEADER}, or send none.`;
  return problem(new RequestProblem({ title: "The run exists", status: 409, detail, field: RUN_ID_HEADER }));
}

function problem({ problem: body }: RequestProblem): HttpResponseInit {
  return { status: body.status, jsonBody: body, headers: { "content-type": "application/problem+json" } };
}
