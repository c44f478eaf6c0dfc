import type { Az } from "../adapters/azure/az.ts";
import { type SignedIn, signIn } from "../adapters/azure/sign-in.ts";
import type { Waiting } from "../adapters/poll-until.ts";
import { checkAll, type PreflightProblem, toProblem } from "../adapters/preflight.ts";
import { Terraform, unusedTerraformVariables } from "../adapters/terraform/terraform.ts";
import type { TerraformEvent } from "../adapters/terraform/ui-events.ts";
import type { EnvironmentFolder } from "./environment.ts";
import type { DeploymentView, DrillHooks, PackApp, SmokeTest } from "./ports.ts";

/** What `up`, `down` and `publish` need from outside. */
export type DeploymentDeps = {
  env: NodeJS.ProcessEnv;
  az: Az;
  fetch: typeof fetch;
  waiting: Waiting;
  /** Aborted by the user's first Ctrl-C. */
  signal: AbortSignal;
  /** The second one: leave now, whatever is lost. */
  leaveNow: AbortSignal;
  view: DeploymentView;
  terraform: {
    /** Name on PATH, or a path. */
    binary: string;
    /** The module that same-kit ships. */
    moduleDir: string;
    lockTimeoutSeconds: number;
    /** Null: the module's, or in a rehearsal the one that `init` writes. */
    lockFile: string | null;
    /** Where the provider comes from; another one needs another `init`. */
    providerIdentity: string;
    /** Of the rehearsal; they replace those of the user. */
    variables: Record<string, unknown>;
  };
  drillHooks: DrillHooks;
  packApp: PackApp;
  smokeTest: SmokeTest;
  /** Further checks before anything is done, such as of func or pip. */
  preflightChecks: readonly (() => Promise<PreflightProblem[]>)[];
  now: () => Date;
};

export type EventListener = (event: TerraformEvent) => void;

/** Terraform is created once; which phase listens to it changes. */
export type TerraformSession = { terraform: Terraform; listen: (listener: EventListener) => void };

export function createTerraformSession(folder: EnvironmentFolder, deps: DeploymentDeps): TerraformSession {
  const unused = unusedTerraformVariables(deps.env);
  if (unused.length > 0)
    deps.view.lines([`Not used here, as they would make terraform do something else: ${unused.join(", ")}.`]);
  let current: EventListener = () => {};
  const { binary, lockTimeoutSeconds } = deps.terraform;
  const terraform = new Terraform({
    binary,
    lockTimeoutSeconds,
    dir: folder.terraformDir,
    env: deps.env,
    onEvent: (event) => current(event),
    signal: deps.signal,
    leaveNow: deps.leaveNow,
  });
  return {
    terraform,
    listen(listener) {
      current = listener;
    },
  };
}

const MINIMUM_TERRAFORM = [1, 9] as const;

/**
 * Looks at every tool and at the sign-in.
 *
 * @throws PreflightError with all problems at once.
 */
export async function checkPreflight(
  subscription: string | null,
  terraform: Terraform | null,
  deps: DeploymentDeps,
): Promise<SignedIn> {
  let azure: SignedIn | null = null;
  const checkSignIn = async (): Promise<PreflightProblem[]> => {
    const { env, az, fetch, waiting, signal } = deps;
    const result = await signIn(subscription, {
      env,
      az,
      fetch,
      sleep: waiting.sleep,
      signal,
      now: () => waiting.now(),
    });
    if (Array.isArray(result)) return result;
    azure = result;
    return [];
  };
  const ofTerraform = terraform === null ? [] : [() => checkTerraform(terraform)];
  await checkAll([...ofTerraform, checkSignIn, ...deps.preflightChecks]);
  return azure as unknown as SignedIn; // checkAll throws unless checkSignIn filled it.
}

async function checkTerraform(terraform: Terraform): Promise<PreflightProblem[]> {
  try {
    const version = await terraform.version();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [neededMajor, neededMinor] = MINIMUM_TERRAFORM;
    if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return [];
    const message = `Terraform ${MINIMUM_TERRAFORM.join(".")} or newer is needed; found ${version}.`;
    return [{ code: "ERR_PREFLIGHT_TERRAFORM_OLD", message, hint: "Update Terraform." }];
  } catch (error) {
    return [toProblem(error)];
  }
}
