// The known failures of a deployment, and the drills that simulate them. The numbers are those of docs/failures.md; they and
// the codes are permanent.
import type { DrillName } from "@same-kit/rehearsal";

/** The phase of `up` or `down` in which it happened. */
export type DeploymentPhase = "preflight" | "provision" | "deploy" | "verify" | "remove";

export type FailureCase = {
  number: number;
  phase: DeploymentPhase;
  /** The values of `--rehearse --fail` that simulate it. */
  drills?: readonly DrillName[];
};

/** Every code of a deployment failure, with its case. */
export const FAILURE_CASES = {
  ERR_PREFLIGHT_AZ_MISSING: { number: 1, phase: "preflight", drills: ["az-missing"] },
  ERR_PREFLIGHT_NOT_SIGNED_IN: { number: 2, phase: "preflight", drills: ["not-logged-in"] },
  ERR_PREFLIGHT_SESSION_EXPIRED: { number: 3, phase: "preflight", drills: ["session-expired"] },
  ERR_PREFLIGHT_SUBSCRIPTION: { number: 4, phase: "preflight", drills: ["subscription-unknown"] },
  ERR_PROVISION_QUOTA: { number: 5, phase: "provision", drills: ["quota"] },
  ERR_PROVISION_FORBIDDEN: { number: 6, phase: "provision", drills: ["no-rights"] },
  ERR_PROVISION_POLICY: { number: 7, phase: "provision", drills: ["policy"] },
  ERR_PROVISION_NOT_REGISTERED: { number: 8, phase: "provision", drills: ["namespace-unregistered"] },
  ERR_PROVISION_NAME_TAKEN: { number: 9, phase: "provision", drills: ["name-taken", "storage-name-taken"] },
  ERR_PROVISION_NOT_IN_STATE: { number: 10, phase: "provision", drills: ["exists-not-in-state"] },
  ERR_PROVISION_REGION: { number: 11, phase: "provision", drills: ["region-unsupported"] },
  ERR_PROVISION_PLAN_MIX: { number: 12, phase: "provision", drills: ["plan-mixing"] },
  ERR_PROVISION_SETTING_REFUSED: { number: 13, phase: "provision", drills: ["setting-refused"] },
  ERR_PROVISION_PROVIDER_UNAVAILABLE: { number: 14, phase: "provision", drills: ["provider-blocked"] },
  ERR_PROVISION_LOCK_FILE: { number: 15, phase: "provision", drills: ["lock-file-mismatch"] },
  ERR_PREFLIGHT_TERRAFORM_MISSING: { number: 16, phase: "preflight", drills: ["terraform-missing"] },
  ERR_PREFLIGHT_TERRAFORM_OLD: { number: 16, phase: "preflight", drills: ["terraform-old"] },
  ERR_PROVISION_STATE_LOCKED: { number: 17, phase: "provision", drills: ["state-locked"] },
  ERR_PROVISION_PLAN_STALE: { number: 18, phase: "provision", drills: ["stale-plan"] },
  ERR_PROVISION_INCOMPLETE: { number: 19, phase: "provision", drills: ["apply-partly-failed", "apply-dies"] },
  ERR_PROVISION_AZURE_BUSY: { number: 20, phase: "provision", drills: ["throttled"] },
  ERR_PREFLIGHT_INTERRUPTED: { number: 21, phase: "preflight" },
  ERR_PROVISION_INTERRUPTED: { number: 21, phase: "provision", drills: ["slow", "slow-group"] },
  ERR_DEPLOY_INTERRUPTED: { number: 21, phase: "deploy" },
  ERR_VERIFY_INTERRUPTED: { number: 21, phase: "verify" },
  ERR_REMOVE_INTERRUPTED: { number: 21, phase: "remove" },
  ERR_DEPLOY_APP_NOT_FOUND: { number: 22, phase: "deploy", drills: ["app-not-found"] },
  ERR_DEPLOY_SCM_UNAUTHORIZED: { number: 23, phase: "deploy", drills: ["scm-unauthorized"] },
  ERR_DEPLOY_SCM_FORBIDDEN: { number: 24, phase: "deploy", drills: ["scm-forbidden"] },
  ERR_DEPLOY_CONFLICT: { number: 25, phase: "deploy", drills: ["deployment-conflict"] },
  ERR_DEPLOY_SCM_UNAVAILABLE: { number: 26, phase: "deploy", drills: ["scm-unavailable", "publish-interrupted"] },
  ERR_DEPLOY_STORAGE_FORBIDDEN: { number: 27, phase: "deploy", drills: ["storage-forbidden"] },
  ERR_DEPLOY_PACKAGE_TOO_LARGE: { number: 28, phase: "deploy", drills: ["package-too-large"] },
  ERR_DEPLOY_BUILD_FAILED: { number: 29, phase: "deploy", drills: ["build-failed"] },
  ERR_DEPLOY_FAILED: { number: 29, phase: "deploy" },
  ERR_VERIFY_NO_FUNCTIONS: { number: 30, phase: "verify", drills: ["zero-functions"] },
  ERR_VERIFY_HOST_ERROR: { number: 31, phase: "verify", drills: ["host-error"] },
  ERR_VERIFY_HOST_SILENT: { number: 32, phase: "verify", drills: ["host-silent"] },
  ERR_VERIFY_SMOKE_TIMEOUT: { number: 33, phase: "verify", drills: ["smoke-timeout"] },
  ERR_VERIFY_SMOKE_FAILED: { number: 34, phase: "verify", drills: ["smoke-failed"] },
  ERR_TLS_INTERCEPTED: { number: 35, phase: "preflight", drills: ["tls-interception"] },
  ERR_REMOVE_NOT_EMPTY: { number: 36, phase: "remove", drills: ["group-not-empty"] },
  ERR_OUTPUTS_MISSING: { number: 37, phase: "provision", drills: ["outputs-missing"] },
  ERR_DEPLOY_TIMEOUT: { number: 38, phase: "deploy" },
  ERR_REMOVE_NOT_GONE: { number: 39, phase: "remove" },
  ERR_PROVISION_NOT_OURS: { number: 40, phase: "provision", drills: ["group-taken"] },
  ERR_PROVISION_OTHER_STATE: { number: 41, phase: "provision", drills: ["other-machine"] },
  ERR_DELETION_NOT_ALLOWED: { number: 42, phase: "provision" },
  ERR_PROVISION_STATE_DAMAGED: { number: 43, phase: "provision" },
} as const satisfies Record<string, FailureCase>;

export type FailureCode = keyof typeof FAILURE_CASES;

/** @returns null for an error that is not a known case. */
export function failureCaseOf(code: string): FailureCase | null {
  return Object.hasOwn(FAILURE_CASES, code) ? FAILURE_CASES[code as FailureCode] : null;
}
