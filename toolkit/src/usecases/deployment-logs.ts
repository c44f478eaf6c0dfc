import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { hint, OperationError, sameKit, type Waiting } from "@same-kit/shared";
import { findFunctionApp } from "../adapters/azure/function-app.ts";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";

type DeploymentLogsDeps = {
  azure: SignedIn;
  waiting: Waiting;
  signal: AbortSignal;
  onLine: (line: string) => void;
};

type DeploymentLogsOptions = { follow: boolean; sinceMinutes: number };

const INSIGHTS_API = "2018-04-20";
const COMPONENT_API = "2020-02-02";
const FOLLOW_MS = 5_000;
// Lines of the app and the host, oldest first. A crash is recorded as an exception, not as a trace.
const LINES = "union traces, (exceptions | extend message = outerMessage) | extend ingested = ingestion_time()";
const COLUMNS = "project timestamp, ingested, message, operation_Name | order by timestamp asc";

/**
 * Prints the app's log from Application Insights, through Azure Resource Manager. With `follow`, repeats the query until stopped.
 * The query filters by time of arrival, because lines arrive minutes late and out of order.
 */
export async function deploymentLogs(
  outputs: DeploymentOutputs,
  options: DeploymentLogsOptions,
  deps: DeploymentLogsDeps,
): Promise<void> {
  if ((await findFunctionApp(deps.azure.arm, outputs.appId)) === null) throw appGone(outputs);
  const writtenSince = new Date(deps.waiting.now() - options.sinceMinutes * 60_000).toISOString();
  let arrivedSince = writtenSince;
  try {
    for (;;) {
      const rows = await query(outputs, { writtenSince, arrivedSince }, deps);
      for (const { timestamp, operation, message } of rows) deps.onLine(`${timestamp} ${operation} ${message}`);
      for (const { ingested } of rows) if (ingested > arrivedSince) arrivedSince = ingested;
      if (!options.follow) return;
      await deps.waiting.sleep(FOLLOW_MS, deps.signal);
    }
  } catch (error) {
    if (!deps.signal.aborted) throw error; // Otherwise the user stopped it, which is how following ends.
  }
}

/** A rehearsed app has no Application Insights; its output is in a file. The app stopped with its command, so there is nothing to follow. */
export async function rehearsalLogs({ logFile }: EnvironmentFolder, onLine: (line: string) => void): Promise<void> {
  if (!existsSync(logFile)) return;
  for await (const line of createInterface({ input: createReadStream(logFile) })) onLine(line);
}

type Row = { timestamp: string; ingested: string; operation: string; message: string };

type Since = { writtenSince: string; arrivedSince: string };

async function query(outputs: DeploymentOutputs, since: Since, deps: DeploymentLogsDeps): Promise<Row[]> {
  const component = await insightsId(outputs, deps.azure);
  const isNew = `timestamp > datetime(${since.writtenSince}) and ingested > datetime(${since.arrivedSince})`;
  const text = `${LINES} | where ${isNew} | ${COLUMNS}`;
  const answer = (await deps.azure.arm.find(`${component}/query?query=${encodeURIComponent(text)}`, INSIGHTS_API)) as {
    tables?: { rows: unknown[][] }[];
  } | null;
  return (answer?.tables?.[0]?.rows ?? []).map(([timestamp, ingested, message, operation]) => ({
    timestamp: String(timestamp),
    ingested: String(ingested),
    message: String(message),
    operation: String(operation ?? ""),
  }));
}

async function insightsId({ resourceGroup }: DeploymentOutputs, { arm, subscriptionId }: SignedIn): Promise<string> {
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Insights/components`;
  const list = (await arm.find(path, COMPONENT_API)) as { value?: { id: string }[] } | null;
  const [first] = list?.value ?? [];
  if (first !== undefined) return first.id;
  throw new OperationError({
    code: "ERR_LOGS_UNAVAILABLE",
    message: `The resource group ${resourceGroup} contains no Application Insights: there are no logs to read.`,
    hint: hint`Run ${sameKit("up")} to create what is missing.`,
  });
}

function appGone({ appName }: DeploymentOutputs): OperationError {
  return new OperationError({
    code: "ERR_DEPLOY_APP_NOT_FOUND",
    message: `Azure has no app ${appName}: it was removed outside of same-kit.`,
    hint: hint`${sameKit("up")} makes it again.`,
  });
}
