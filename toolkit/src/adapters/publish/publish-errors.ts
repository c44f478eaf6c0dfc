import { OperationError } from "@same-kit/shared";
import { DEPLOYMENT_STATE, type DeploymentStatus } from "./scm.ts";

export const CONFLICT_LIMIT_MS = 5 * 60_000;

// Azure's own statement of how long a new role assignment may take; longer waits seldom help.
const STORAGE_ACCESS_LIMIT_MS = 10 * 60_000;

const LOG_LINES = 20;

/** How long a deployment that failed in this way is repeated; 0: not at all. */
export function retryLimitMs(verdict: DeploymentStatus, log: readonly string[]): number {
  if (verdict.status === DEPLOYMENT_STATE.conflict) return CONFLICT_LIMIT_MS;
  const text = [verdict.statusText, ...log].join("\n");
  return /InaccessibleStorageException|BlobUploadFailedException/.test(text) ? STORAGE_ACCESS_LIMIT_MS : 0;
}

/** A sentence for the user. */
export function reasonToRetry(verdict: DeploymentStatus): string {
  if (verdict.status === DEPLOYMENT_STATE.conflict) return "Another deployment is running.";
  return "The app cannot write its package yet: a new role assignment takes minutes to propagate.";
}

/** The SCM site did not accept the package; 0 as `status`: no answer arrived. */
export function uploadRefused(status: number, text: string, host: string): OperationError {
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

/** The site accepted the package, but did not deploy it. */
export function deploymentFailed(verdict: DeploymentStatus, log: readonly string[]): OperationError {
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
