import { hint, OperationError, sameKit } from "@same-kit/shared";
import { type FunctionAppSite, findFunctionApp } from "../adapters/azure/function-app.ts";
import { publishDirectly } from "../adapters/publish/direct.ts";
import type { PhaseProgress } from "../ports.ts";
import type { Deployment } from "./deployment.ts";
import { TAGS } from "./found-resources.ts";
import type { DeploymentOutputs } from "./outputs.ts";
import { deployedElsewhere } from "./ownership-errors.ts";

export type Publish = (zipFile: string, site: FunctionAppSite, progress: PhaseProgress) => Promise<void>;

const LISTED_LIMIT_MS = 2 * 60_000;
const POLL_MS = 2_000;

/** The app as Azure lists it; a new app may not be listed immediately. */
export async function waitForSite(
  deployment: Deployment,
  outputs: DeploymentOutputs,
  progress: PhaseProgress,
): Promise<FunctionAppSite> {
  const note = noteOnce(progress);
  const site = await deployment.poll(POLL_MS, LISTED_LIMIT_MS, async () => {
    const found = await findFunctionApp(deployment.azure.arm, outputs.appId);
    if (found === null) note("Azure does not list the new app yet; trying again");
    return found?.scmHostName ? found : null;
  });
  if (site !== null) {
    requireOwnSite(deployment, site);
    return site;
  }
  throw new OperationError({
    code: "ERR_DEPLOY_APP_NOT_FOUND",
    message: `Azure did not list the app ${outputs.appName} within ${LISTED_LIMIT_MS / 60_000} minutes.`,
    hint: hint`If it was removed outside of same-kit, ${sameKit("up")} creates it again; otherwise try again in a few minutes.`,
  });
}

/** Prints one line for repeated messages of the same wait. */
function noteOnce(progress: PhaseProgress): (text: string) => void {
  const noted = new Set<string>();
  return (text) => {
    if (noted.has(text)) return progress.say(text);
    noted.add(text);
    progress.note(text);
  };
}

/** An app that another machine has taken over must be published from there. */
function requireOwnSite({ journal }: Deployment, { tags, id }: FunctionAppSite): void {
  const mark = tags[TAGS.deployment];
  if (mark === undefined || journal.deploymentId === null || mark === journal.deploymentId) return;
  throw deployedElsewhere(`the app ${id.slice(id.lastIndexOf("/") + 1)}`, mark);
}

/** A publisher that needs no other tool: one HTTP request with the user's own sign-in. */
export function createDirectPublisher({ azure, target, signal }: Deployment, { plan }: DeploymentOutputs): Publish {
  return async (zipFile, { scmHostName }, progress) => {
    const note = noteOnce(progress);
    await publishDirectly(zipFile, {
      host: scmHostName,
      token: azure.token,
      fetch: target.fetch,
      plan,
      waiting: target.waiting,
      signal,
      onProgress: (text) => progress.say(text),
      onRetry: note,
    });
  };
}
