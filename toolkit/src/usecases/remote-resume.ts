import { hint, OperationError } from "@same-kit/shared";
import type { AppAddress } from "../adapters/app/app-address.ts";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import { type ContinueRunOptions, continueRun, type ExplainedRun, explainContinuation } from "./continue-run.ts";
import type { RunDeps } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";

type RemoteResumeOptions = ContinueRunOptions & {
  id: string;
  stateDir: string;
  /** The app; null: the app of the earlier run, with this key. */
  address: AppAddress | null;
  accessKey: string | null;
};

/** Continues an ended run on its app. @throws OperationError `ERR_RUN_UNKNOWN`, and those of `continueRun`. */
export async function remoteResume(options: RemoteResumeOptions, deps: RunDeps): Promise<RunSummary> {
  const { run, appUrl } = await findEnded(options);
  return continueRun(run, options, { address: options.address ?? { url: appUrl, accessKey: options.accessKey } }, deps);
}

/** Returns what `remoteResume` would do with the run, from its record: the app is not contacted. */
export async function explainRemoteResume(
  options: Pick<RemoteResumeOptions, "id" | "stateDir" | "from" | "only">,
  deps: Pick<RunDeps, "view">,
): Promise<ExplainedRun> {
  return explainContinuation((await findEnded(options)).run, options, deps);
}

async function findEnded({
  id,
  stateDir,
}: Pick<RemoteResumeOptions, "id" | "stateDir">): Promise<{ run: RunFolder; appUrl: string }> {
  const run = await new RunRecords(stateDir).find(id);
  if (run === null) {
    throw new OperationError<ToolkitErrorCode>({
      code: "ERR_RUN_UNKNOWN",
      message: `There is no record of a run ${id} in ${stateDir}.`,
      hint: "Specify the run's state folder with --state-dir: .same-kit next to its notebook.",
    });
  }
  const { appUrl, state } = run.record;
  if (appUrl === undefined) {
    throw usageError(
      `The run ${id} ran on this machine.`,
      hint`Continue it here: ${{ command: "local resume", args: [id], stateDir }}.`,
    );
  }
  if (state === "running") throw stillRuns(id, appUrl, stateDir);
  return { run, appUrl };
}

function stillRuns(id: string, appUrl: string, stateDir: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: `The record does not say how the run ${id} on ${appUrl} ended, because its client exited first.`,
    hint: hint`Wait for its end, and download its results: ${{ command: "fetch", args: [id], stateDir }}.`,
  });
}
