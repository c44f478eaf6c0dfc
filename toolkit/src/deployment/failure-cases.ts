// The ways in which a deployment is known to fail. Numbers are those of docs/failures.md; they and the codes are permanent.

/** In which part of `up` or `down` it happened. */
export type DeploymentPhase = "preflight" | "provision" | "deploy" | "verify" | "remove";

export type FailureCase = { number: number; phase: DeploymentPhase };

/** Every code of a deployment failure, with its case. */
export const FAILURE_CASES = {
  ERR_PREFLIGHT_AZ_MISSING: { number: 1, phase: "preflight" },
  ERR_PREFLIGHT_NOT_SIGNED_IN: { number: 2, phase: "preflight" },
  ERR_PREFLIGHT_SESSION_EXPIRED: { number: 3, phase: "preflight" },
  ERR_PREFLIGHT_SUBSCRIPTION: { number: 4, phase: "preflight" },
  ERR_PROVISION_QUOTA: { number: 5, phase: "provision" },
  ERR_PROVISION_FORBIDDEN: { number: 6, phase: "provision" },
  ERR_PROVISION_POLICY: { number: 7, phase: "provision" },
  ERR_PROVISION_NOT_REGISTERED: { number: 8, phase: "provision" },
  ERR_PROVISION_NAME_TAKEN: { number: 9, phase: "provision" },
  ERR_PROVISION_NOT_IN_STATE: { number: 10, phase: "provision" },
  ERR_PROVISION_REGION: { number: 11, phase: "provision" },
  ERR_PROVISION_PLAN_MIX: { number: 12, phase: "provision" },
  ERR_PROVISION_SETTING_REFUSED: { number: 13, phase: "provision" },
  ERR_PROVISION_PROVIDER_UNAVAILABLE: { number: 14, phase: "provision" },
  ERR_PROVISION_LOCK_FILE: { number: 15, phase: "provision" },
  ERR_PREFLIGHT_TERRAFORM_MISSING: { number: 16, phase: "preflight" },
  ERR_PREFLIGHT_TERRAFORM_OLD: { number: 16, phase: "preflight" },
  ERR_PROVISION_STATE_LOCKED: { number: 17, phase: "provision" },
  ERR_PROVISION_PLAN_STALE: { number: 18, phase: "provision" },
  ERR_PROVISION_INCOMPLETE: { number: 19, phase: "provision" },
  ERR_PROVISION_AZURE_BUSY: { number: 20, phase: "provision" },
  ERR_PREFLIGHT_INTERRUPTED: { number: 21, phase: "preflight" },
  ERR_PROVISION_INTERRUPTED: { number: 21, phase: "provision" },
  ERR_DEPLOY_INTERRUPTED: { number: 21, phase: "deploy" },
  ERR_VERIFY_INTERRUPTED: { number: 21, phase: "verify" },
  ERR_REMOVE_INTERRUPTED: { number: 21, phase: "remove" },
  ERR_DEPLOY_APP_NOT_FOUND: { number: 22, phase: "deploy" },
  ERR_DEPLOY_SCM_UNAUTHORIZED: { number: 23, phase: "deploy" },
  ERR_DEPLOY_SCM_FORBIDDEN: { number: 24, phase: "deploy" },
  ERR_DEPLOY_CONFLICT: { number: 25, phase: "deploy" },
  ERR_DEPLOY_SCM_UNAVAILABLE: { number: 26, phase: "deploy" },
  ERR_DEPLOY_STORAGE_FORBIDDEN: { number: 27, phase: "deploy" },
  ERR_DEPLOY_PACKAGE_TOO_LARGE: { number: 28, phase: "deploy" },
  ERR_DEPLOY_BUILD_FAILED: { number: 29, phase: "deploy" },
  ERR_DEPLOY_FAILED: { number: 29, phase: "deploy" },
  ERR_VERIFY_NO_FUNCTIONS: { number: 30, phase: "verify" },
  ERR_VERIFY_HOST_ERROR: { number: 31, phase: "verify" },
  ERR_VERIFY_HOST_SILENT: { number: 32, phase: "verify" },
  ERR_VERIFY_SMOKE_TIMEOUT: { number: 33, phase: "verify" },
  ERR_VERIFY_SMOKE_FAILED: { number: 34, phase: "verify" },
  ERR_TLS_INTERCEPTED: { number: 35, phase: "preflight" },
  ERR_REMOVE_NOT_EMPTY: { number: 36, phase: "remove" },
  ERR_OUTPUTS_MISSING: { number: 37, phase: "provision" },
  ERR_DEPLOY_TIMEOUT: { number: 38, phase: "deploy" },
  ERR_REMOVE_NOT_GONE: { number: 39, phase: "remove" },
} as const satisfies Record<string, FailureCase>;

export type FailureCode = keyof typeof FAILURE_CASES;

/** @returns null for an error that is no known case. */
export function failureCaseOf(code: string): FailureCase | null {
  return Object.hasOwn(FAILURE_CASES, code) ? FAILURE_CASES[code as FailureCode] : null;
}
