import { OperationError } from "@same-kit/shared";
import { type FunctionAppSite, findFunctionApp } from "../adapters/azure/function-app.ts";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import { pollUntil, type Waiting } from "../adapters/poll-until.ts";
import { publishDirectly } from "../adapters/publish/direct.ts";
import type { DeploymentOutputs } from "./outputs.ts";
import type { PhaseProgress } from "./ports.ts";

export type Publish = (zipFile: string, site: FunctionAppSite, progress: PhaseProgress) => Promise<void>;

const LISTED_LIMIT_MS = 2 * 60_000;
const POLL_MS = 2_000;

export type AzureDeps = { azure: SignedIn; fetch: typeof fetch; waiting: Waiting; signal: AbortSignal };

/** The app as Azure lists it; a new one may take a while. */
export async function waitForSite(
  outputs: DeploymentOutputs,
  deps: AzureDeps,
  progress: PhaseProgress,
): Promise<FunctionAppSite> {
  const site = await pollUntil({
    everyMs: POLL_MS,
    limitMs: LISTED_LIMIT_MS,
    waiting: deps.waiting,
    signal: deps.signal,
    attempt: async () => {
      const found = await findFunctionApp(deps.azure.arm, outputs.appId);
      if (found === null) progress.note("Azure has not listed the new app yet: trying again");
      return found?.scmHostName ? found : null;
    },
  });
  if (site !== null) return site;
  throw new OperationError({
    code: "ERR_DEPLOY_APP_NOT_FOUND",
    message: `Azure did not list the app ${outputs.appName} within ${LISTED_LIMIT_MS / 60_000} minutes.`,
    hint: "If it was removed outside of same-kit, `same-kit up` makes it again; otherwise try again in a few minutes.",
  });
}

/** The publisher that needs no other tool: one HTTP request with the user's own sign-in. */
export function createDirectPublisher(outputs: DeploymentOutputs, deps: AzureDeps): Publish {
  return async (zipFile, site, progress) => {
    await publishDirectly(zipFile, {
      host: site.scmHostName,
      token: deps.azure.token,
      fetch: deps.fetch,
      plan: outputs.plan,
      waiting: deps.waiting,
      signal: deps.signal,
      onProgress: (text) => progress.say(text),
      onRetry: (text) => progress.note(text),
    });
  };
}
