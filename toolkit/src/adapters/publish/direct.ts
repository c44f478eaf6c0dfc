import { OperationError, pollUntil, type Waiting } from "@same-kit/shared";
import type { HostingPlan } from "../../hosting-plan.ts";
import { CONFLICT_LIMIT_MS, deploymentFailed, reasonToRetry, retryLimitMs, uploadRefused } from "./publish-errors.ts";
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
const DEPLOYMENT_LIMIT_MS = 15 * 60_000;
const RETRY_MS = 5_000;
const POLL_MS = 1_000;

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

const isSiteStarting = (status: number): boolean => [0, 404, 408, 429, 500, 502, 503, 504].includes(status);
