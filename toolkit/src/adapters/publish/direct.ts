import { OperationError, pollUntil, type Waiting } from "@same-kit/shared";
import type { HostingPlan } from "../../hosting-plan.ts";
import {
  DEPLOYMENT_STATE,
  type DeploymentStatus,
  deploymentIdOf,
  readDeployment,
  readDeploymentLog,
  type ScmDeps,
  ScmRefusedError,
  sendPackage,
} from "./scm.ts";

type DirectPublishDeps = ScmDeps & {
  plan: HostingPlan;
  waiting: Waiting;
  onProgress: (text: string) => void;
  /** Called for each attempt that has to be repeated. */
  onRetry: (text: string) => void;
};

const STATE_TEXT: Record<number, string> = { 0: "pending", 1: "building", 2: "deploying" };
const SITE_LIMIT_MS = 2 * 60_000;
const CONFLICT_LIMIT_MS = 5 * 60_000;
// Azure's own statement of how long a new role assignment may take; longer waits seldom help.
const STORAGE_ACCESS_LIMIT_MS = 10 * 60_000;
const DEPLOYMENT_LIMIT_MS = 15 * 60_000;
const RETRY_MS = 5_000;
const POLL_MS = 1_000;
const LOG_LINES = 20;

/**
 * Publishes a package through the SCM site and waits for the result. Every wait has a timeout and is reported.
 *
 * @returns the deployment's id.
 * @throws OperationError `ERR_DEPLOY_…`.
 */
export async function publishDirectly(zipFile: string, deps: DirectPublishDeps): Promise<string> {
  const startedAt = deps.waiting.now();
  for (;;) {
    const id = await upload(zipFile, deps);
    const verdict = await waitForVerdict(id, deps);
    if (verdict === "unknown" || verdict.status === DEPLOYMENT_STATE.success) return id;
    const log = await readDeploymentLog(deps, id);
    const waitMs = retryLimitMs(verdict, log);
    if (waitMs === 0 || deps.waiting.now() - startedAt > waitMs) throw deploymentFailed(verdict, log);
    deps.onRetry(`${reasonToRetry(verdict)} Trying again in ${RETRY_MS / 1000} s.`);
    await deps.waiting.sleep(RETRY_MS, deps.signal);
  }
}

async function upload(zipFile: string, deps: DirectPublishDeps): Promise<string> {
  const startedAt = deps.waiting.now();
  for (;;) {
    deps.onProgress("uploading the package");
    const answer = await sendPackage(deps, deps.plan, zipFile);
    if (answer.status >= 200 && answer.status < 300) return deploymentIdOf(answer);
    const limitMs = answer.status === 409 ? CONFLICT_LIMIT_MS : isSiteStarting(answer.status) ? SITE_LIMIT_MS : 0;
    if (limitMs === 0 || deps.waiting.now() - startedAt > limitMs)
      throw uploadRefused(answer.status, answer.text, deps.host);
    const what =
      answer.status === 0 ? `the connection broke (${answer.text})` : `the SCM site answered ${answer.status}`;
    deps.onRetry(`${what}; trying again in ${RETRY_MS / 1000} s`);
    await deps.waiting.sleep(RETRY_MS, deps.signal);
  }
}

/** `unknown`: the site no longer knows the deployment after reporting it, for example if its worker was replaced; the host's state then decides. */
async function waitForVerdict(id: string, deps: DirectPublishDeps): Promise<DeploymentStatus | "unknown"> {
  let wasSeen = false;
  let missing = 0;
  const verdict = await pollUntil<DeploymentStatus | "unknown">({
    everyMs: POLL_MS,
    limitMs: DEPLOYMENT_LIMIT_MS,
    waiting: deps.waiting,
    signal: deps.signal,
    attempt: async () => {
      const status = await readDeployment(deps, id).catch((error: unknown) => {
        throw error instanceof ScmRefusedError ? uploadRefused(error.status, error.text, deps.host) : error;
      });
      if (status === null) {
        missing += 1;
        return wasSeen && missing > 4 ? "unknown" : null;
      }
      [wasSeen, missing] = [true, 0];
      const text = STATE_TEXT[status.status];
      if (text === undefined) return status;
      deps.onProgress(text);
      return null;
    },
  });
  if (verdict !== null) return verdict;
  throw new OperationError({
    code: "ERR_DEPLOY_TIMEOUT",
    message: `The deployment did not finish within ${DEPLOYMENT_LIMIT_MS / 60_000} minutes. The package was uploaded.`,
    hint: "Check the app's deployment log in the portal, then run the command again: it continues with the publish phase.",
  });
}

function retryLimitMs(verdict: DeploymentStatus, log: readonly string[]): number {
  if (verdict.status === DEPLOYMENT_STATE.conflict) return CONFLICT_LIMIT_MS;
  const text = [verdict.statusText, ...log].join("\n");
  return /InaccessibleStorageException|BlobUploadFailedException/.test(text) ? STORAGE_ACCESS_LIMIT_MS : 0;
}

function reasonToRetry(verdict: DeploymentStatus): string {
  if (verdict.status === DEPLOYMENT_STATE.conflict) return "Another deployment is running.";
  return "The app cannot write its package yet: a new role assignment takes minutes to propagate.";
}

const isSiteStarting = (status: number): boolean => [0, 404, 408, 429, 500, 502, 503, 504].includes(status);

function uploadRefused(status: number, text: string, host: string): OperationError {
  const said = text.trim().slice(0, 500);
  const because = said === "" ? "" : ` It said: ${said}`;
  switch (status) {
    case 401:
      return new OperationError({
        code: "ERR_DEPLOY_SCM_UNAUTHORIZED",
        message: `The SCM site ${host} refused the sign-in (401).${because}`,
        hint: "Basic authentication is disabled, as it should be, so same-kit needs an Entra token. Run `az login` again.",
      });
    case 403:
      return new OperationError({
        code: "ERR_DEPLOY_SCM_FORBIDDEN",
        message: `The SCM site ${host} does not allow the deployment (403).${because}`,
        hint: "You need the role Website Contributor on the app, and its access restrictions must allow your address.",
      });
    case 409:
      return new OperationError({
        code: "ERR_DEPLOY_CONFLICT",
        message: `Another deployment is still running after ${CONFLICT_LIMIT_MS / 60_000} minutes.${because}`,
        hint: "Wait for it to finish, then run the command again: it continues with the publish phase.",
      });
    case 413:
      return new OperationError({
        code: "ERR_DEPLOY_PACKAGE_TOO_LARGE",
        message: `The SCM site ${host} rejected the package as too large (413).${because}`,
        hint: "Include fewer packages (--with), or package no Python (--no-bundled-python).",
      });
    case 0:
      return new OperationError({
        code: "ERR_DEPLOY_SCM_UNAVAILABLE",
        message: `The connection to the SCM site ${host} broke repeatedly during the upload: ${said}. If the app had a package before, it still runs that one.`,
        hint: "Run the command again: it continues with the publish phase.",
      });
    default:
      return new OperationError({
        code: "ERR_DEPLOY_SCM_UNAVAILABLE",
        message: `The SCM site ${host} does not respond; its last status was ${status}.${because}`,
        hint: "Run the command again in a few minutes: it continues with the publish phase.",
      });
  }
}

function deploymentFailed(verdict: DeploymentStatus, log: readonly string[]): OperationError {
  // Azure repeats texts in the status, the build's errors and the log.
  const lines = [...new Set([verdict.statusText, ...verdict.buildErrors, ...log])].filter((line) => line !== "");
  const text = lines.slice(-LOG_LINES).join("\n");
  if (verdict.status === DEPLOYMENT_STATE.conflict) return uploadRefused(409, text, "");
  if (retryLimitMs(verdict, log) > 0) {
    return new OperationError({
      code: "ERR_DEPLOY_STORAGE_FORBIDDEN",
      message: `The app still cannot write its package after ${STORAGE_ACCESS_LIMIT_MS / 60_000} minutes.\n${text}`,
      hint: "Check the roles of the app's identity on its storage account, then run the command again.",
    });
  }
  if (/ENOSPC|no space left/i.test(text)) {
    return new OperationError({
      code: "ERR_DEPLOY_PACKAGE_TOO_LARGE",
      message: `The package does not fit the plan's disk.\n${text}`,
      hint: "Include fewer packages (--with), or choose another plan.",
    });
  }
  return new OperationError({
    code: verdict.buildErrors.length > 0 ? "ERR_DEPLOY_BUILD_FAILED" : "ERR_DEPLOY_FAILED",
    message: `Azure rejected the package (status ${verdict.status}). The end of its log:\n${text || "(empty)"}`,
    hint: "If the app had a package before, it still runs that one. Fix the cause and run the command again.",
  });
}
