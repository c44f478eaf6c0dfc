import type { DrillName } from "../../rehearsal/src/index.ts";
import { FAILURE_CASES, type FailureCase, type FailureCode } from "../../toolkit/src/deployment/failure-cases.ts";

// Drill, and what its message must contain; its code is in the failure catalogue.
export const FAILURES: readonly [DrillName, RegExp][] = [
  ["az-missing", /^The Azure CLI was not found.*\nInstall it, or set ARM_CLIENT_ID/],
  ["not-logged-in", /^You are not signed in to Azure\.\nRun `az login`/],
  ["session-expired", /^Azure refused the sign-in \(AADSTS700082\): Azure issued no token: .*\nRun `az login` again/],
  ["subscription-unknown", /^Subscription .* is not usable for .*\nChoose one from `az account list/],
  ["quota", /no quota for the flex plan in westeurope\. This is not a sign-in problem/],
  ["no-rights", /may not do Microsoft\.Resources\/subscriptions\/resourcegroups\/write on \/subscriptions/],
  ["policy", /A policy of your organisation forbids this: .*shared key access/],
  ["namespace-unregistered", /^Microsoft\.Web is not registered.*\n.*az provider register -n Microsoft\.Web/],
  ["name-taken", /A name is taken.*failed the availability check/],
  ["storage-name-taken", /A name is taken.*StorageAccountAlreadyTaken/],
  ["group-taken", /A resource group rg-same-dev-\w+ exists that this environment did not create: .*owner=colleague/],
  ["other-machine", /^This environment is deployed from another machine or folder: .*\nThree ways forward: /],
  ["region-unsupported", /^westeurope does not offer the flex plan.*\nChoose another --location/],
  ["plan-mixing", /group contains a plan that cannot coexist with the chosen one/],
  ["setting-refused", /refuses a setting of the app \(51021\).*Use32BitWorkerProcess/],
  ["provider-blocked", /could not get the azurerm provider/],
  ["lock-file-mismatch", /differs from the one that the lock file pins/],
  ["terraform-missing", /^Terraform was not found.*\nInstall Terraform 1\.9 or newer/],
  ["terraform-old", /1\.9 or newer is needed; found 1\.5\.7/],
  ["state-locked", /Another run holds the state: .+@.+, since 20.*\n.*terraform -chdir=\S+ force-unlock [0-9a-f-]{36}/],
  ["apply-partly-failed", /^\d+ of \d+ resources are ready; the rest failed.*component could not be created/s],
  ["throttled", /Azure is busy \(unexpected status 429\).*\nRun `same-kit up` again/],
  [
    "apply-dies",
    /resources are ready; the rest failed.*\nRun `same-kit up` again with the same options: it continues/s,
  ],
  ["scm-unauthorized", /refused the sign-in \(401\).*\nBasic authentication is disabled/],
  ["scm-forbidden", /does not allow the deployment \(403\).*Ip Forbidden.*\nYou need the role Website Contributor/],
  ["package-too-large", /too large \(413\)/],
  [
    "build-failed",
    /The end of its log:\nnpm error code ERESOLVE\nOryx build failed with exit code 1\.\nIf the app had a package/,
  ],
  ["zero-functions", /the host found no functions in it\.\nUsual causes .* zip without Unix modes\.$/],
  ["host-error", /its host is Error\. The 'orchestrator' function is in error/],
  ["host-silent", /did not respond within 5 minutes/],
  [
    "smoke-timeout",
    /deployed and healthy, but a test run did not finish within 0\.3 s: instance smoke is Running\.\nRun `same-kit up` again/,
  ],
  ["smoke-failed", /the test run smoke failed: FileNotFoundError: python3/],
  [
    "tls-interception",
    /A certificate in the connection to Azure is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate.*\nSet NODE_EXTRA_CA_CERTS/,
  ],
  ["outputs-missing", /no value for the output host_name/],
];

// Drill, and the note about the obstacle that disappears by itself.
export const HEALED: readonly [DrillName, RegExp][] = [
  ["exists-not-in-state", /^run Adopt azurerm_/],
  ["stale-plan", /^fail Apply$/],
  ["app-not-found", /^note Azure does not list the new app yet/],
  ["deployment-conflict", /^note Another deployment is running\. Trying again/],
  ["scm-unavailable", /^note the SCM site answered 503; trying again/],
  ["storage-forbidden", /^note The app cannot write its package yet/],
  ["publish-interrupted", /^note the connection broke \(.+\); trying again/],
];

/** The code with which a drill ends, unless it recovers. */
export function codeOfDrill(drill: DrillName): FailureCode | undefined {
  const codes = Object.keys(FAILURE_CASES) as FailureCode[];
  return codes.find((code) => (FAILURE_CASES[code] as FailureCase).drills?.includes(drill));
}
