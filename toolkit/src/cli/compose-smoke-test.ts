import path from "node:path";
import { packageRoot } from "@same-kit/local";
import { AppClient } from "../adapters/app/app-client.ts";
import type { RunStatus } from "../adapters/app/run-status.ts";
import type { SmokeTest, SmokeTestRequest, SmokeTestResult } from "../deployment/ports.ts";
import { compileSource } from "../usecases/compile-source.ts";
import { followRun } from "../usecases/follow-run.ts";

/** Runs the singlestep notebook on the deployed app; `limitMs` is how long that may take. */
export function composeSmokeTest(limitMs: number): SmokeTest {
  return async (request) => {
    const { request: notebook } = await compileSource({
      location: path.join(packageRoot(), "dist", "smoke", "singlestep"),
      sameEnv: null,
    });
    const url = `https://${request.hostName}`;
    const client = new AppClient({ address: { url, accessKey: request.accessKey }, fetch });
    const run = await client.start(notebook, { signal: request.signal });
    request.onProgress(`instance ${run.id} was started`);
    return follow(client, run, limitMs, request);
  };
}

type Started = Awaited<ReturnType<AppClient["start"]>>;

async function follow(
  client: AppClient,
  run: Started,
  limitMs: number,
  { signal, onProgress }: SmokeTestRequest,
): Promise<SmokeTestResult> {
  const startedAt = performance.now();
  const instanceId = run.id;
  const limit = AbortSignal.timeout(limitMs);
  let last = "Pending";
  try {
    const onStatus = ({ runtimeStatus }: RunStatus) => {
      last = runtimeStatus;
      onProgress(`instance ${instanceId} is ${runtimeStatus}`);
    };
    const status = await followRun({ client, run, onStatus, signal: AbortSignal.any([signal, limit]) });
    if (status === null) return { kind: "failed", instanceId, reason: "the app does not know the run any more" };
    if (status.runtimeStatus === "Completed") {
      return { kind: "passed", instanceId, durationMs: performance.now() - startedAt };
    }
    return { kind: "failed", instanceId, reason: describeFailure(status) };
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return { kind: "timed-out", instanceId, status: last, limitMs };
  }
}

/** The run's own words; where it has none, its status. */
function describeFailure({ runtimeStatus, output }: RunStatus): string {
  return typeof output === "string" && output !== "" ? output : `it is ${runtimeStatus}`;
}

/** For commands that run none. */
export const noSmokeTest = (): SmokeTest => async () => ({ kind: "passed", instanceId: "", durationMs: 0 });
