// A deployment that the SCM site calls successful can contain no functions at all. It counts as running when the host runs without
// errors and lists our functions.

import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import { ArmError } from "../adapters/azure/arm.ts";
import { listFunctionNames, listHostKeys, syncTriggers } from "../adapters/azure/function-app.ts";
import type { PhaseProgress } from "../ports.ts";
import type { Deployment } from "./deployment.ts";
import type { DeploymentOutputs } from "./outputs.ts";

export const APP_FUNCTIONS = [
  "continueRun",
  "executor",
  "initiate",
  "orchestrator",
  "runBlobs",
  "runFile",
  "runFiles",
  "runs",
] as const;

const POLL_MS = 2_000;
const ANSWER_LIMIT_MS = 30_000;
const HOST_LIMIT_MS = 5 * 60_000;
const FUNCTIONS_LIMIT_MS = 2 * 60_000;

type HostStatus = { state: string; errors: string[] };

/**
 * Waits until the host runs and Azure lists the app's functions.
 *
 * @param functions - Their names; null: any.
 */
export async function waitForApp(
  deployment: Deployment,
  outputs: DeploymentOutputs,
  { progress, functions }: { progress: PhaseProgress; functions: readonly string[] | null },
): Promise<void> {
  const key = await masterKey(deployment, outputs, progress);
  await waitForHost(deployment, { outputs, key, progress });
  if (outputs.plan !== "flex") await syncTriggers(deployment.azure.arm, outputs.appId);
  await waitForFunctions(deployment, { outputs, functions, progress });
}

async function masterKey(deployment: Deployment, outputs: DeploymentOutputs, progress: PhaseProgress): Promise<string> {
  const key = await deployment.poll(POLL_MS, HOST_LIMIT_MS, async () => {
    progress.say("waiting for the host's keys");
    try {
      return (await listHostKeys(deployment.azure.arm, outputs.appId)).masterKey || null;
    } catch (error) {
      // Before the first run of the host there are no keys: 400, 404 or 5xx.
      if (error instanceof ArmError && error.status !== 401 && error.status !== 403) return null;
      throw error;
    }
  });
  if (key === null) throw hostSilent(outputs);
  return key;
}

type HostWait = { outputs: DeploymentOutputs; key: string; progress: PhaseProgress };

async function waitForHost(deployment: Deployment, { outputs, key, progress }: HostWait): Promise<void> {
  let last: HostStatus | null = null;
  const running = await deployment.poll(POLL_MS, HOST_LIMIT_MS, async () => {
    last = await readHostStatus(deployment, outputs.hostName, key);
    progress.say(last === null ? "waiting for the host" : `the host is ${last.state}`);
    if (last !== null && last.state === "Error" && last.errors.length > 0) throw hostError(last, deployment);
    return last !== null && last.state === "Running" && last.errors.length === 0 ? last : null;
  });
  if (running === null) throw last === null ? hostSilent(outputs) : hostError(last, deployment);
}

async function readHostStatus(
  { target, signal }: Deployment,
  hostName: string,
  key: string,
): Promise<HostStatus | null> {
  try {
    const response = await target.fetch(`https://${hostName}/admin/host/status`, {
      headers: { "x-functions-key": key },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    });
    if (!response.ok) return null;
    const { state = "", errors = [] } = (await response.json()) as Partial<HostStatus>;
    return { state, errors: errors ?? [] };
  } catch {
    signal.throwIfAborted();
    return null; // Not started yet.
  }
}

type FunctionsWait = { outputs: DeploymentOutputs; functions: readonly string[] | null; progress: PhaseProgress };

async function waitForFunctions(
  deployment: Deployment,
  { outputs, functions, progress }: FunctionsWait,
): Promise<void> {
  let found: string[] = [];
  const all = await deployment.poll(POLL_MS, FUNCTIONS_LIMIT_MS, async () => {
    found = await listFunctionNames(deployment.azure.arm, outputs.appId);
    progress.say(`functions: ${found.join(", ") || "none yet"}`);
    const isThere = functions === null ? found.length > 0 : functions.every((name) => found.includes(name));
    return isThere ? found : null;
  });
  if (all !== null) return;
  throw new OperationError({
    code: "ERR_VERIFY_NO_FUNCTIONS",
    message: `The package was deployed, but the host found ${found.length === 0 ? "no functions" : `only ${found.join(", ")}`} in it.`,
    hint: hint`Usual causes are a wrong \`main\`, a missing module, or a zip without Unix modes.${wayBack(deployment)}`,
  });
}

/** Empty if there is no package to go back to. */
const wayBack = ({ journal }: Deployment): Hint =>
  journal.previous === null ? "" : hint` ${sameKit("publish", "--rollback")} restores the previous package.`;

function hostError({ state, errors }: HostStatus, deployment: Deployment): OperationError {
  return new OperationError({
    code: "ERR_VERIFY_HOST_ERROR",
    message: `The app does not start: its host is ${state}. ${errors.join(" ")}`.trim(),
    hint: hint`${sameKit("logs")} shows what it printed.${wayBack(deployment)}`,
  });
}

function hostSilent({ hostName }: DeploymentOutputs): OperationError {
  return new OperationError({
    code: "ERR_VERIFY_HOST_SILENT",
    message: `https://${hostName} did not respond within ${HOST_LIMIT_MS / 60_000} minutes after the deployment.`,
    hint: hint`A long cold start or a crash at start: check ${sameKit("logs")}, then run the command again with the same options: it continues with the check.`,
  });
}
