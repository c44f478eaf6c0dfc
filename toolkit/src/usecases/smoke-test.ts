import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { AppClient, type AppClientOptions } from "../adapters/app/app-client.ts";
import { parseRunResult, type RunResult, type RunStatus, type StartedRun } from "../adapters/app/run-status.ts";
import { compileSource } from "./compile-source.ts";
import { followRun } from "./follow-run.ts";
import { describeFailure } from "./run/run-summary.ts";

type SmokeTestOptions = AppClientOptions & {
  limitMs: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

/** The result of the smoke test; the run's own error is part of the message to the user. */
export type SmokeTestResult =
  | { kind: "passed"; instanceId: string; durationMs: number }
  | { kind: "failed"; instanceId: string; reason: string }
  | { kind: "timed-out"; instanceId: string; status: string; limitMs: number };

/** The notebook of the smoke test; it is part of the package. */
const smokeNotebook = (): string => path.join(packageRoot(), "dist", "smoke", "singlestep");

/** The expected value of `y`: JSON of the 1 that a function assigned to a global. */
const EXPECTED = { name: "y", type: "str", repr: "'1'" } as const;

/**
 * Runs the singlestep notebook on an app, with our own client of the contract, and checks its result.
 *
 * @throws OperationError `ERR_APP_…` if the app does not respond, or does not behave like a same-kit app.
 */
export async function runSmokeTest(options: SmokeTestOptions): Promise<SmokeTestResult> {
  const { address, limitMs, signal, onProgress } = options;
  const { request } = await compileSource({ location: smokeNotebook(), sameEnv: null });
  const client = new AppClient(options);
  const startedAt = performance.now();
  const run = await client.start(request, { signal });
  onProgress(`instance ${run.id} was started`);
  let last = "Pending";
  const onStatus = ({ runtimeStatus }: RunStatus) => {
    last = runtimeStatus;
    onProgress(`instance ${run.id} is ${runtimeStatus}`);
  };
  const status = await followWithin(limitMs, { client, run, onStatus, signal });
  if (status === "too late") return { kind: "timed-out", instanceId: run.id, status: last, limitMs };
  const reason = whyWrong(status, address.url);
  if (reason !== null) return { kind: "failed", instanceId: run.id, reason };
  return { kind: "passed", instanceId: run.id, durationMs: performance.now() - startedAt };
}

type Following = { client: AppClient; run: StartedRun; onStatus: (status: RunStatus) => void; signal: AbortSignal };

async function followWithin(limitMs: number, following: Following): Promise<RunStatus | null | "too late"> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await followRun({ ...following, signal: AbortSignal.any([following.signal, limit]) });
  } catch (error) {
    if (following.signal.aborted || !limit.aborted) throw error;
    return "too late";
  }
}

/** @returns null for the expected result. */
function whyWrong(status: RunStatus | null, url: string): string | null {
  if (status === null) return "the app does not know the run any more";
  if (status.runtimeStatus !== "Completed") return describeFailure(status, []).message;
  const result = parseRunResult(status.output, url);
  return whyWrongResult(result);
}

/** @returns the difference from the expected result, as a clause; null if there is none. */
export function whyWrongResult({
  variables,
  session_context,
  session_context_parts,
}: Pick<RunResult, "variables" | "session_context" | "session_context_parts">): string | null {
  const found = variables.find(({ name }) => name === EXPECTED.name);
  if (found === undefined) return `the run completed without a variable ${EXPECTED.name}`;
  if (found.type !== EXPECTED.type || found.repr !== EXPECTED.repr) {
    return `${EXPECTED.name} is ${found.repr} (${found.type}) instead of ${EXPECTED.repr} (${EXPECTED.type})`;
  }
  const hasSession = session_context !== "" || session_context_parts !== undefined;
  return hasSession ? null : "the run completed without a session";
}
