import { parseSentJson, pollUntil, waitingBy } from "@same-kit/shared";
import { OrchestrationAlreadyExistsError } from "../engine/errors.ts";
import { unknownFunctionText } from "../engine/known-functions.ts";
import type { WebhookResponse } from "../shared/http-message.ts";
import { exceptionProblem, invalidJson, json, problem } from "./answers.ts";
import { isTerminal, statusObject, toJsonValue } from "./instance-status.ts";
import { instanceUrls } from "./instance-urls.ts";
import type { ManagementCall } from "./management-call.ts";
import { traceContextOf } from "./trace-headers.ts";

// How soon a client should poll again, in seconds.
const RETRY_AFTER_S = 10;

/** Zero seconds is a valid interval, and would poll the storage without a pause. */
const MIN_POLL_MS = 100;

/** Starts an instance; with both `timeout` and `pollingInterval`, waits for its end first. */
export async function startInstance(
  { functionName, instanceId }: { functionName: string; instanceId: string | null },
  call: ManagementCall,
): Promise<WebhookResponse> {
  const { client, request, query } = call;
  if (!isRunnable(functionName, call)) {
    return problem(400, unknownFunctionText(functionName, "orchestrator", call.durableFunctions() ?? []));
  }
  // Kept byte for byte: the history preserves white space of the request.
  const input = request.body.length === 0 ? null : request.body.toString("utf8");
  try {
    if (input !== null) parseSentJson(request.body);
  } catch (error) {
    return invalidJson(error);
  }
  try {
    const version = query.text("version");
    const traceContext = traceContextOf(request);
    const started = await client.start({
      name: functionName,
      input,
      ...(instanceId === null ? {} : { instanceId }),
      ...(version === undefined ? {} : { version }),
      ...(traceContext === null ? {} : { traceContext }),
    });
    return await waitOrCheckStatus(started.instanceId, call);
  } catch (error) {
    if (error instanceof OrchestrationAlreadyExistsError) return problem(409, error.message);
    throw error;
  }
}

/** Starts an instance again with its original input, by default under a new ID; a running instance is not replaced. */
export async function restartInstance(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  const { client, query } = call;
  const status = await client.getStatus(instanceId, { withInput: true });
  if (status === null) return notRestarted(400, "InstanceId does not match a valid orchestration instance.");
  const { name, input, tags } = status;
  if (!isRunnable(name, call)) {
    return notRestarted(400, unknownFunctionText(name, "orchestrator", call.durableFunctions() ?? []));
  }
  const isNew = query.flag("restartWithNewInstanceId") ?? true;
  if (!isNew && !isTerminal(status.runtimeStatus)) return notRestarted(409, STILL_RUNNING);
  try {
    const traceContext = traceContextOf(call.request);
    const traced = traceContext === null ? {} : { traceContext };
    const started = await client.start({ name, input, tags, ...traced, ...(isNew ? {} : { instanceId }) });
    return await waitOrCheckStatus(started.instanceId, call);
  } catch (error) {
    if (error instanceof OrchestrationAlreadyExistsError) return notRestarted(409, STILL_RUNNING);
    throw error;
  }
}

const STILL_RUNNING = "A non-terminal instance with this instance ID already exists.";

function notRestarted(status: 400 | 409, message: string): WebhookResponse {
  const type = status === 400 ? "System.ArgumentException" : "System.InvalidOperationException";
  return exceptionProblem(status, message, { type, message });
}

/** The 202 response with the status URLs; as in the host's own, `rewindPostUri` is omitted. */
function checkStatusResponse(instanceId: string, call: ManagementCall): WebhookResponse {
  const { client, settings, webhookQuery } = call;
  const parts = { origin: originOf(call), hubName: client.hubName, connectionName: settings.connectionName };
  const urls = instanceUrls(encodeURIComponent(instanceId), { ...parts, webhookQuery: webhookQuery() });
  const { rewindPostUri: _, ...shown } = urls;
  const headers = { location: urls.statusQueryGetUri, "retry-after": String(RETRY_AFTER_S) };
  return json(202, { id: instanceId, ...shown }, headers);
}

async function waitOrCheckStatus(instanceId: string, call: ManagementCall): Promise<WebhookResponse> {
  const { query, client, clock, signal } = call;
  const timeoutS = query.seconds("timeout");
  const intervalS = query.seconds("pollingInterval");
  if (timeoutS === undefined || intervalS === undefined) return checkStatusResponse(instanceId, call);
  if (intervalS > timeoutS) {
    return problem(400, `Total timeout ${timeoutS} should be bigger than retry timeout ${intervalS}`);
  }
  const answer = await pollUntil({
    attempt: async () => {
      const status = await client.getStatus(instanceId, { withInput: true });
      if (status?.runtimeStatus === "Completed") return json(200, toJsonValue(status.output));
      if (status !== null && isTerminal(status.runtimeStatus)) return json(200, statusObject(status));
      return signal.aborted ? checkStatusResponse(instanceId, call) : null;
    },
    everyMs: Math.max(intervalS * 1000, MIN_POLL_MS),
    limitMs: timeoutS * 1000,
    // Returns early when the host stops, so that the caller still gets a response.
    waiting: { ...waitingBy(clock), sleep: (ms) => clock.sleep(ms, signal) },
  });
  return answer ?? checkStatusResponse(instanceId, call);
}

/** A call that is known to fail is refused before anything is written. */
function isRunnable(functionName: string, { durableFunctions }: ManagementCall): boolean {
  const isNamed = (name: string) => name.toLowerCase() === functionName.toLowerCase();
  const functions = durableFunctions();
  return functions === null || functions.some((it) => it.kind === "orchestrator" && !it.isDisabled && isNamed(it.name));
}

/** Behind a proxy, the headers are trusted only if both are present and host.json allows it. */
function originOf({ request, settings }: ManagementCall): string {
  const host = request.headers["x-forwarded-host"];
  const scheme = request.headers["x-forwarded-proto"];
  return settings.useForwardedHost && host && scheme ? `${scheme}://${host}` : request.url.origin;
}
