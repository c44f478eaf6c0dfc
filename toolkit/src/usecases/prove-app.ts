import { hint, OperationError, sameKit } from "@same-kit/shared";
import type { Deployment } from "../deployment/deployment.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import { runSmokeTest, type SmokeTestResult } from "./smoke-test.ts";

type Proof = {
  request: { force: boolean; skip: { publish: boolean; smoke: boolean } };
  outputs: DeploymentOutputs;
  /** The hash of the published package; empty if this call published none. */
  sha256: string;
};

/** Runs the smoke test, unless it is skipped or the app has passed it with this package. */
export async function proveApp(
  deployment: Deployment,
  { request, outputs, sha256 }: Proof,
): Promise<"passed" | "skipped"> {
  const { journal, view, signal } = deployment;
  const { fetch, smokeLimitMs: limitMs } = deployment.target;
  const { hostName, accessKey, appId } = outputs;
  const fingerprint = `${appId} ${sha256}`;
  if (request.skip.smoke) {
    view.skipped("Smoke test", "--skip-smoke");
    return "skipped";
  }
  if (request.skip.publish && journal.published.length === 0) {
    view.skipped("Smoke test", "no package was published from here");
    return "skipped";
  }
  if (!request.force && sha256 !== "" && journal.isDone("smoke-test", fingerprint)) {
    view.skipped("Smoke test", "passed before with this package");
    return "passed";
  }
  const title = { phase: "verify", title: "Smoke test: run the singlestep notebook" } as const;
  await deployment.recordedPhase("smoke-test", fingerprint, title, async ({ say: onProgress }) => {
    const address = { url: `https://${hostName}`, accessKey };
    requirePassed(await runSmokeTest({ address, fetch, limitMs, signal, onProgress }));
  });
  return "passed";
}

/** @throws OperationError `ERR_VERIFY_SMOKE_…`, with the run's own error. */
function requirePassed(result: SmokeTestResult): void {
  switch (result.kind) {
    case "passed":
      return;
    case "timed-out":
      throw new OperationError({
        code: "ERR_VERIFY_SMOKE_TIMEOUT",
        message: `The app is deployed and healthy, but a test run did not finish within ${result.limitMs / 1000} s: instance ${result.instanceId} is ${result.status}.`,
        hint: hint`Run ${sameKit("up")} again with the same options: it repeats the test. ${sameKit("logs")} shows what the app printed.`,
      });
    case "failed":
      throw new OperationError({
        code: "ERR_VERIFY_SMOKE_FAILED",
        message: `The app is deployed and healthy, but the test run ${result.instanceId} failed: ${result.reason}`,
        hint: hint`If Python is missing there, publish with the bundled one. ${sameKit("logs")} shows what the app printed.`,
      });
  }
}
