import type { DRILLS } from "../../rehearsal/src/index.ts";

// Drill, code, and what its message must say.
export const FAILURES: readonly [keyof typeof DRILLS, string, RegExp][] = [
  ["az-missing", "ERR_PREFLIGHT_AZ_MISSING", /^The Azure CLI was not found.*\nInstall it, or set ARM_CLIENT_ID/],
  ["not-logged-in", "ERR_PREFLIGHT_NOT_SIGNED_IN", /^You are not signed in to Azure\.\nRun `az login`/],
  ["session-expired", "ERR_PREFLIGHT_SESSION_EXPIRED", /AADSTS700082.*\nRun `az login` again/],
  [
    "subscription-unknown",
    "ERR_PREFLIGHT_SUBSCRIPTION",
    /^Subscription .* is not usable for .*\nPick one of `az account list/,
  ],
  ["quota", "ERR_PROVISION_QUOTA", /no quota for the flex plan in westeurope\. This is not a sign-in problem/],
  [
    "no-rights",
    "ERR_PROVISION_FORBIDDEN",
    /may not do Microsoft\.Resources\/subscriptions\/resourcegroups\/write on \/subscriptions/,
  ],
  ["policy", "ERR_PROVISION_POLICY", /A policy of your organisation forbids this: .*shared key access/],
  [
    "namespace-unregistered",
    "ERR_PROVISION_NOT_REGISTERED",
    /^Microsoft\.Web is not registered.*\n.*az provider register -n Microsoft\.Web/,
  ],
  ["name-taken", "ERR_PROVISION_NAME_TAKEN", /A name is taken.*failed the availability check/],
  ["storage-name-taken", "ERR_PROVISION_NAME_TAKEN", /A name is taken.*StorageAccountAlreadyTaken/],
  [
    "region-unsupported",
    "ERR_PROVISION_REGION",
    /^westeurope does not offer the flex plan.*\nChoose another --location/,
  ],
  ["plan-mixing", "ERR_PROVISION_PLAN_MIX", /group holds a plan that cannot be beside the chosen one/],
  ["setting-refused", "ERR_PROVISION_SETTING_REFUSED", /refuses a setting of the app \(51021\).*Use32BitWorkerProcess/],
  ["provider-blocked", "ERR_PROVISION_PROVIDER_UNAVAILABLE", /could not get the azurerm provider/],
  ["lock-file-mismatch", "ERR_PROVISION_LOCK_FILE", /differs from what the lock file pins/],
  [
    "terraform-missing",
    "ERR_PREFLIGHT_TERRAFORM_MISSING",
    /^Terraform was not found.*\nInstall Terraform 1\.9 or newer/,
  ],
  ["terraform-old", "ERR_PREFLIGHT_TERRAFORM_OLD", /1\.9 or newer is needed; found 1\.5\.7/],
  [
    "state-locked",
    "ERR_PROVISION_STATE_LOCKED",
    /Another run holds the state: .+@.+, since 20.*\n.*terraform -chdir=\S+ force-unlock [0-9a-f-]{36}/,
  ],
  [
    "apply-partly-failed",
    "ERR_PROVISION_INCOMPLETE",
    /^\d+ of \d+ resources are ready; the rest failed.*component could not be created/s,
  ],
  ["throttled", "ERR_PROVISION_AZURE_BUSY", /Azure is busy \(unexpected status 429\).*\nRun `same-kit up` again/],
  [
    "apply-dies",
    "ERR_PROVISION_INCOMPLETE",
    /resources are ready; the rest failed.*\nRun `same-kit up` again with the same options: it continues/s,
  ],
  ["scm-unauthorized", "ERR_DEPLOY_SCM_UNAUTHORIZED", /refused the sign-in \(401\).*\nBasic authentication is off/],
  [
    "scm-forbidden",
    "ERR_DEPLOY_SCM_FORBIDDEN",
    /does not allow the deployment \(403\).*Ip Forbidden.*\nYou need the role Website Contributor/,
  ],
  ["package-too-large", "ERR_DEPLOY_PACKAGE_TOO_LARGE", /too large \(413\)/],
  ["build-failed", "ERR_DEPLOY_BUILD_FAILED", /Its log ends:\n.*npm error code ERESOLVE/s],
  ["zero-functions", "ERR_VERIFY_NO_FUNCTIONS", /the host found no functions in it/],
  ["host-error", "ERR_VERIFY_HOST_ERROR", /its host is Error\. The 'orchestrator' function is in error/],
  ["host-silent", "ERR_VERIFY_HOST_SILENT", /did not respond within 5 minutes/],
  [
    "smoke-timeout",
    "ERR_VERIFY_SMOKE_TIMEOUT",
    /deployed and healthy, but a test run did not finish within 0\.3 s: instance smoke is Running/,
  ],
  [
    "smoke-failed",
    "ERR_VERIFY_SMOKE_FAILED",
    /the test run smoke failed: Step "same_step_000" failed: FileNotFoundError/,
  ],
  [
    "tls-interception",
    "ERR_TLS_INTERCEPTED",
    /A certificate on the way to Azure is not trusted.*\nSet NODE_EXTRA_CA_CERTS/,
  ],
  ["outputs-missing", "ERR_OUTPUTS_MISSING", /no value for the output host_name/],
];

// Drill, and what is noted of the obstacle that passes by itself.
export const HEALED: readonly [keyof typeof DRILLS, RegExp, string][] = [
  ["exists-not-in-state", /^run Adopt azurerm_/, "ERR_PROVISION_NOT_IN_STATE"],
  ["stale-plan", /^fail Apply$/, "ERR_PROVISION_PLAN_STALE"],
  ["app-not-found", /^note Azure has not listed the new app yet/, "ERR_DEPLOY_APP_NOT_FOUND"],
  ["deployment-conflict", /^note Another deployment is running\. Trying again/, "ERR_DEPLOY_CONFLICT"],
  ["scm-unavailable", /^note the SCM site answered 503; trying again/, "ERR_DEPLOY_SCM_UNAVAILABLE"],
  ["storage-forbidden", /^note The app may not write its package yet/, "ERR_DEPLOY_STORAGE_FORBIDDEN"],
  ["publish-interrupted", /^note the connection broke \(.+\); trying again/, "ERR_DEPLOY_SCM_UNAVAILABLE"],
];
