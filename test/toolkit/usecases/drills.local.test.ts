import { describe, expect, test } from "vitest";
import { DRILLS, type SameKitError } from "../../../local/src/index.ts";
import { failureCaseOf } from "../../../toolkit/src/deployment/failure-cases.ts";
import { type RecordingView, recordingView } from "../../helpers/recording-view.ts";
import { type RehearsedDeployment, type RunOptions, rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

type Shown = { code: string; text: string; message: string; hint: string };

async function failing(
  deployment: RehearsedDeployment,
  run: RunOptions,
  command: "up" | "down" = "up",
): Promise<Shown> {
  const error = await deployment[command]({}, run).then(
    () => null,
    (it: SameKitError) => it,
  );
  if (error === null) throw new Error(`${command} did not fail with ${run.fail}.`);
  const { code, message, hint = "" } = error;
  return { code, message, hint, text: `${message}\n${hint}` };
}

// Drill, code, and what its message must say.
const FAILURES: readonly [keyof typeof DRILLS, string, RegExp][] = [
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
    /Another run holds the state: .+@.+, since 20.*\n.*terraform force-unlock [0-9a-f-]{36}/,
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
    /resources are ready; the rest failed.*\nRun `same-kit up` again: it continues/s,
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
  ["host-silent", "ERR_VERIFY_HOST_SILENT", /gave no sign of life within 5 minutes/],
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
const HEALED: readonly [keyof typeof DRILLS, RegExp, string][] = [
  ["exists-not-in-state", /^run Adopt azurerm_/, "ERR_PROVISION_NOT_IN_STATE"],
  ["stale-plan", /^fail Apply$/, "ERR_PROVISION_PLAN_STALE"],
  ["app-not-found", /^note Azure has not listed the new app yet/, "ERR_DEPLOY_APP_NOT_FOUND"],
  ["deployment-conflict", /^note Another deployment is running\. Trying again/, "ERR_DEPLOY_CONFLICT"],
  ["scm-unavailable", /^note the SCM site answered 503; trying again/, "ERR_DEPLOY_SCM_UNAVAILABLE"],
  ["storage-forbidden", /^note The app may not write its package yet/, "ERR_DEPLOY_STORAGE_FORBIDDEN"],
  ["publish-interrupted", /^note the connection broke \(.+\); trying again/, "ERR_DEPLOY_SCM_UNAVAILABLE"],
];

/** A recording view that tells each note as it comes. */
function notifying(onNote: (text: string) => void): RecordingView {
  const view = recordingView();
  return {
    ...view,
    phase: (title, work) =>
      view.phase(title, ({ say, note }) =>
        work({
          say,
          note(text) {
            note(text);
            onNote(text);
          },
        }),
      ),
  };
}

describe.skipIf(!hasTerraform)("failures of a deployment", () => {
  test.each(FAILURES)("%s ends with %s", async (drill, code, text) => {
    const deployment = await rehearseDeployment();
    const shown = await failing(deployment, { fail: drill });
    expect(shown.code).toBe(code);
    expect(shown.text).toMatch(text);
    const { number } = DRILLS[drill];
    // Dying half-way is an interruption that looks like any other partial failure.
    if (number > 0 && drill !== "apply-dies") expect(failureCaseOf(shown.code)?.number).toBe(number);
  });

  test.each(HEALED)("%s heals by itself", async (drill, noted) => {
    const deployment = await rehearseDeployment();
    const { smokeTest, view } = await deployment.up({}, { fail: drill });
    expect(view.log).toContainEqual(expect.stringMatching(noted));
    expect(smokeTest).toBe("passed");
  });

  test.each(HEALED.filter(([drill]) => drill !== "exists-not-in-state"))(
    "%s that does not pass is told",
    async (drill, _noted, code) => {
      const deployment = await rehearseDeployment();
      expect((await failing(deployment, { fail: `${drill}:always` })).code).toBe(code);
    },
  );

  test("an apply that died half-way resumes: what it left is adopted", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-dies" });
    const { smokeTest, view } = await deployment.up();
    expect(view.log).toContainEqual(expect.stringMatching(/^run Adopt azurerm_/));
    expect(smokeTest).toBe("passed");
  });

  test("an apply that failed for one resource makes only the rest the next time", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-partly-failed" });
    const { changes, smokeTest } = await deployment.up();
    const addresses = changes.map(({ address }) => address);
    expect(addresses).toContain("azurerm_application_insights.this");
    expect(addresses).not.toContain("azurerm_resource_group.this");
    expect(smokeTest).toBe("passed");
  });

  test("after a failed smoke test only that is done again", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "smoke-failed" });
    const { view } = await deployment.up();
    expect(view.log).toContain("skip Publish the app: this package is there already");
    expect(view.log).toContain("run Smoke test: run the singlestep notebook");
  });

  test("an interrupt stops terraform once, keeps what is done, and the next up goes on without replacing anything", async () => {
    const deployment = await rehearseDeployment();
    const stop = new AbortController();
    const view = notifying((text) => {
      if (text.startsWith("create azurerm_application_insights")) stop.abort(new Error("Interrupted by SIGINT."));
    });
    const shown = await failing(deployment, { fail: "slow", view, signal: stop.signal });
    expect(shown.code).toBe("ERR_PROVISION_INTERRUPTED");
    expect(shown.text).toMatch(/^Stopped\. [1-9]\d* of \d+ resources were finished.*\nGo on with `same-kit up`/);
    const next = await deployment.up();
    expect(next.smokeTest).toBe("passed");
    expect(next.view.log).not.toContainEqual(expect.stringMatching(/^note delete /));
  });

  test("down refuses a group that holds what is not ours, and deletes nothing", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({}, { fail: "group-not-empty" });
    const shown = await failing(deployment, { fail: "group-not-empty" }, "down");
    expect(shown.code).toBe("ERR_REMOVE_NOT_EMPTY");
    expect(shown.message).toMatch(/holds what same-kit did not make: someone-elses-network .*Nothing was deleted\.$/);
    expect((await deployment.up()).changes).toEqual([]);
  });

  test("every drill is tried here", () => {
    const tried = [...FAILURES, ...HEALED].map(([drill]) => drill);
    expect([...tried, "slow", "group-not-empty"].sort()).toEqual(Object.keys(DRILLS).sort());
  });
});
