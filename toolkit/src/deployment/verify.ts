// A deployment that the SCM site calls successful can hold no function at all: it is up when the host runs without errors and
// lists ours, and proven when a notebook ran.

import { OperationError } from "@same-kit/shared";
import { ArmError } from "../adapters/azure/arm.ts";
import { listFunctionNames, listHostKeys, syncTriggers } from "../adapters/azure/function-app.ts";
import { pollUntil } from "../adapters/poll-until.ts";
import type { DeploymentOutputs } from "./outputs.ts";
import type { PhaseProgress, SmokeTestResult } from "./ports.ts";
import type { AzureDeps } from "./publish-package.ts";

export const APP_FUNCTIONS = ["executor", "initiate", "orchestrator"] as const;

const POLL_MS = 2_000;
const HOST_LIMIT_MS = 5 * 60_000;
const FUNCTIONS_LIMIT_MS = 2 * 60_000;

type HostStatus = { state: string; errors: string[] };

/** Waits until the host runs and Azure lists the app's functions. */
export async function waitForApp(outputs: DeploymentOutputs, deps: AzureDeps, progress: PhaseProgress): Promise<void> {
  const key = await masterKey(outputs, deps, progress);
  await waitForHost(outputs, key, deps, progress);
  if (outputs.plan !== "flex") await syncTriggers(deps.azure.arm, outputs.appId);
  await waitForFunctions(outputs, deps, progress);
}

async function masterKey(outputs: DeploymentOutputs, deps: AzureDeps, progress: PhaseProgress): Promise<string> {
  const key = await pollUntil({
    ...timing(deps, HOST_LIMIT_MS),
    attempt: async () => {
      progress.say("waiting for the host's keys");
      try {
        return (await listHostKeys(deps.azure.arm, outputs.appId)).masterKey || null;
      } catch (error) {
        // Before the host ran once there are no keys: 400, 404 or 5xx.
        if (error instanceof ArmError && error.status !== 401 && error.status !== 403) return null;
        throw error;
      }
    },
  });
  if (key === null) throw hostSilent(outputs);
  return key;
}

async function waitForHost(
  outputs: DeploymentOutputs,
  key: string,
  deps: AzureDeps,
  progress: PhaseProgress,
): Promise<void> {
  let last: HostStatus | null = null;
  const running = await pollUntil({
    ...timing(deps, HOST_LIMIT_MS),
    attempt: async () => {
      last = await readHostStatus(outputs.hostName, key, deps);
      progress.say(last === null ? "waiting for the host" : `the host is ${last.state}`);
      if (last !== null && last.state === "Error" && last.errors.length > 0) throw hostError(last);
      return last !== null && last.state === "Running" && last.errors.length === 0 ? last : null;
    },
  });
  if (running === null) throw last === null ? hostSilent(outputs) : hostError(last);
}

async function readHostStatus(hostName: string, key: string, deps: AzureDeps): Promise<HostStatus | null> {
  try {
    const response = await deps.fetch(`https://${hostName}/admin/host/status`, {
      headers: { "x-functions-key": key },
      signal: AbortSignal.any([deps.signal, AbortSignal.timeout(30_000)]),
    });
    if (!response.ok) return null;
    const { state = "", errors = [] } = (await response.json()) as Partial<HostStatus>;
    return { state, errors: errors ?? [] };
  } catch {
    deps.signal.throwIfAborted();
    return null; // Not there yet.
  }
}

async function waitForFunctions(outputs: DeploymentOutputs, deps: AzureDeps, progress: PhaseProgress): Promise<void> {
  let found: string[] = [];
  const all = await pollUntil({
    ...timing(deps, FUNCTIONS_LIMIT_MS),
    attempt: async () => {
      found = await listFunctionNames(deps.azure.arm, outputs.appId);
      progress.say(`functions: ${found.join(", ") || "none yet"}`);
      return APP_FUNCTIONS.every((name) => found.includes(name)) ? found : null;
    },
  });
  if (all !== null) return;
  throw new OperationError({
    code: "ERR_VERIFY_NO_FUNCTIONS",
    message: `The package was deployed, but the host found ${found.length === 0 ? "no functions" : `only ${found.join(", ")}`} in it.`,
    hint: "Usual causes are a wrong `main`, a missing module, or a zip without Unix modes. `same-kit publish --rollback` brings the previous package back.",
  });
}

/** @throws OperationError `ERR_VERIFY_SMOKE_…`, with the run's own error. */
export function requirePassed(result: SmokeTestResult, hostName: string): void {
  switch (result.kind) {
    case "passed":
      return;
    case "timed-out":
      throw new OperationError({
        code: "ERR_VERIFY_SMOKE_TIMEOUT",
        message: `The app is deployed and healthy, but a test run did not finish within ${result.limitMs / 1000} s: instance ${result.instanceId} is ${result.status}.`,
        hint: `It was left as it is. Look at it again with \`same-kit smoke-test --host-name ${hostName}\`.`,
      });
    case "failed":
      throw new OperationError({
        code: "ERR_VERIFY_SMOKE_FAILED",
        message: `The app is deployed and healthy, but the test run ${result.instanceId} failed: ${result.reason}`,
        hint: "If Python is missing there, publish with the bundled one. `same-kit logs` shows what the app printed.",
      });
  }
}

const timing = (deps: AzureDeps, limitMs: number) => ({
  everyMs: POLL_MS,
  limitMs,
  waiting: deps.waiting,
  signal: deps.signal,
});

function hostError({ state, errors }: HostStatus): OperationError {
  return new OperationError({
    code: "ERR_VERIFY_HOST_ERROR",
    message: `The app does not start: its host is ${state}. ${errors.join(" ")}`.trim(),
    hint: "`same-kit logs` shows what it printed; `same-kit publish --rollback` brings the previous package back.",
  });
}

function hostSilent({ hostName }: DeploymentOutputs): OperationError {
  return new OperationError({
    code: "ERR_VERIFY_HOST_SILENT",
    message: `https://${hostName} gave no sign of life within ${HOST_LIMIT_MS / 60_000} minutes after the deployment.`,
    hint: "A long cold start or a crash at start: look with `same-kit logs`, then run the command again with the same options: it continues with the check.",
  });
}
