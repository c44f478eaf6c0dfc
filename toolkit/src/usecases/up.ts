import { Terraform } from "../adapters/terraform/terraform.ts";
import type { TerraformEvent } from "../adapters/terraform/ui-events.ts";
import type { HostingPlan } from "../adapters/terraform/cost-notes.ts";
import { signIn, type SignedIn } from "../adapters/azure/sign-in.ts";
import type { Az } from "../adapters/azure/az.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { Journal } from "../deployment/journal.ts";
import { type DeploymentOutputs, exportLines, parseOutputs, saveOutputs } from "../deployment/outputs.ts";
import type { DeploymentView, PackApp, SmokeTest } from "../deployment/ports.ts";
import { checkAll, type PreflightProblem, toProblem } from "../deployment/preflight.ts";
import { provision, type ProvisionResult } from "../deployment/provision.ts";
import type { AzureDeps } from "../deployment/publish-package.ts";
import { explainTerraformError } from "../deployment/explain-terraform.ts";
import { TerraformError } from "../adapters/terraform/terraform.ts";
import type { Waiting } from "../deployment/retry.ts";
import { requirePassed } from "../deployment/verify.ts";
import { prepareTerraformWorkspace, type TerraformVariables } from "../deployment/workspace.ts";
import { type PublisherName, publishApp } from "./publish.ts";
import { existsSync } from "node:fs";
import path from "node:path";

export type UpOptions = {
  folder: EnvironmentFolder;
  subscription: string | null;
  plan: HostingPlan;
  location: string;
  /** All but the subscription, which the sign-in tells. */
  variables: TerraformVariables;
  backendFile: string | null;
  assumeYes: boolean;
  planOnly: boolean;
  force: boolean;
  skip: { terraform: boolean; publish: boolean; smoke: boolean };
  publisher: PublisherName;
};

export type DeploymentDeps = {
  env: NodeJS.ProcessEnv;
  az: Az;
  fetch: typeof fetch;
  waiting: Waiting;
  signal: AbortSignal;
  /** The user's second Ctrl-C. */
  leaveNow: AbortSignal;
  view: DeploymentView;
  terraformBinary: string;
  moduleDir: string;
  /** Null: the module's. */
  lockFile: string | null;
  keepsModuleLockFile: boolean;
  packApp: PackApp;
  smokeTest: SmokeTest;
  /** Further checks before anything is done, such as of func or pip. */
  preflightChecks: readonly (() => Promise<PreflightProblem[]>)[];
  now: () => Date;
};

export type UpResult = {
  kind: "planned" | "declined" | "deployed";
  changes: ProvisionResult["changes"];
  outputs: DeploymentOutputs | null;
  package: { sha256: string; sizeBytes: number; wasPublished: boolean } | null;
  smokeTest: "passed" | "skipped";
  portalUrl: string | null;
};

const MINIMUM_TERRAFORM = [1, 9] as const;

/**
 * From nothing to a smoke-tested app. Every phase is written down in the environment's journal; a second call goes on where
 * the first one stopped and leaves alone what has not changed.
 */
export async function up(options: UpOptions, deps: DeploymentDeps): Promise<UpResult> {
  const { folder } = options;
  const { view } = deps;
  const journal = await Journal.open(folder, deps.now);
  const events = createEventRelay();
  const terraform = createTerraform(folder, events.emit, deps);
  const azure = await view.phase("Check tools and sign-in", () => preflight(options.subscription, terraform, deps));
  const result = options.skip.terraform
    ? skippedProvision(view)
    : await provisionAll({ options, deps, journal, terraform, azure, listen: events.listen });
  if (result.kind === "planned" || result.kind === "declined") {
    return { kind: result.kind, changes: result.changes, outputs: null, package: null, smokeTest: "skipped", portalUrl: null };
  }
  const outputs = await captureOutputs(folder, terraform, view);
  const azureDeps: AzureDeps = { azure, fetch: deps.fetch, waiting: deps.waiting, signal: deps.signal };
  const published = options.skip.publish ? null : await publishApp({ options, outputs, journal, deps, azureDeps });
  if (published === null) view.skipped("Publish the app", "--skip-publish");
  const smokeTest = await proveApp({ options, outputs, journal, deps, sha256: published?.sha256 ?? "" });
  const portalUrl = portalLink(azure, outputs);
  return { kind: "deployed", changes: result.changes, outputs, package: published, smokeTest, portalUrl };
}

export type EventRelay = {
  emit: (event: TerraformEvent) => void;
  listen: (listener: (event: TerraformEvent) => void) => void;
};

/** Terraform is created once; which phase listens changes. */
export function createEventRelay(): EventRelay {
  let current: (event: TerraformEvent) => void = () => {};
  return {
    emit: (event) => current(event),
    listen: (listener) => {
      current = listener;
    },
  };
}

export function createTerraform(
  folder: EnvironmentFolder,
  onEvent: (event: TerraformEvent) => void,
  deps: DeploymentDeps,
): Terraform {
  return new Terraform({
    binary: deps.terraformBinary,
    dir: folder.terraformDir,
    env: deps.env,
    onEvent,
    signal: deps.signal,
    leaveNow: deps.leaveNow,
  });
}

/** Every tool and the sign-in; all problems at once. */
export async function preflight(
  subscription: string | null,
  terraform: Terraform,
  deps: DeploymentDeps,
): Promise<SignedIn> {
  let azure: SignedIn | null = null;
  const checkSignIn = async () => {
    const now = () => deps.waiting.now();
    const result = await signIn(subscription, { env: deps.env, az: deps.az, fetch: deps.fetch, sleep: deps.waiting.sleep, now });
    if (Array.isArray(result)) return result;
    azure = result;
    return [];
  };
  await checkAll([() => checkTerraform(terraform), checkSignIn, ...deps.preflightChecks]);
  return azure as unknown as SignedIn; // checkAll throws unless checkSignIn filled it.
}

async function checkTerraform(terraform: Terraform): Promise<PreflightProblem[]> {
  try {
    const version = await terraform.version();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major > MINIMUM_TERRAFORM[0] || (major === MINIMUM_TERRAFORM[0] && minor >= MINIMUM_TERRAFORM[1])) return [];
    const message = `Terraform ${MINIMUM_TERRAFORM.join(".")} or newer is needed; found ${version}.`;
    return [{ code: "ERR_PREFLIGHT_TERRAFORM_OLD", message, hint: "Update Terraform." }];
  } catch (error) {
    return [toProblem(error)];
  }
}

function skippedProvision(view: DeploymentView): ProvisionResult {
  view.skipped("Plan and apply", "--skip-terraform");
  return { kind: "unchanged", changes: [] };
}

type ProvisionAll = {
  options: UpOptions;
  deps: DeploymentDeps;
  journal: Journal;
  terraform: Terraform;
  azure: SignedIn;
  listen: EventRelay["listen"];
};

async function provisionAll({ options, deps, journal, terraform, azure, listen }: ProvisionAll): Promise<ProvisionResult> {
  const { folder, plan, location } = options;
  const write = (recover: boolean) =>
    prepareTerraformWorkspace(folder, {
      moduleDir: deps.moduleDir,
      backendFile: options.backendFile,
      lockFile: deps.lockFile,
      keepsModuleLockFile: deps.keepsModuleLockFile,
      variables: { ...options.variables, plan, location, subscription_id: azure.subscriptionId, recover },
    });
  const fingerprint = await write(false);
  const facts = { subscriptionId: azure.subscriptionId, user: azure.user, location, plan };
  await initialise({ fingerprint, options, deps, journal, terraform, facts });
  const result = await journal.run("provision", fingerprint, () =>
    provision({
      terraform,
      onEvent: listen,
      terraformDir: folder.terraformDir,
      facts,
      plan,
      isDestroy: false,
      planOnly: options.planOnly,
      assumeYes: options.assumeYes,
      recover: async () => void (await write(true)),
      view: deps.view,
      signal: deps.signal,
    }),
  );
  if (result.kind === "unchanged") deps.view.skipped("Apply", "nothing has changed");
  return result;
}

type Initialise = Pick<ProvisionAll, "options" | "deps" | "journal" | "terraform"> & {
  fingerprint: string;
  facts: { subscriptionId: string; user: string; location: string; plan: string };
};

async function initialise({ fingerprint, options, deps, journal, terraform, facts }: Initialise): Promise<void> {
  const isInitialised = existsSync(path.join(options.folder.terraformDir, ".terraform"));
  if (isInitialised && !options.force && journal.isDone("init", fingerprint)) {
    deps.view.skipped("Initialise terraform", "nothing has changed");
    return;
  }
  await deps.view.phase("Initialise terraform", async () => {
    try {
      await journal.run("init", fingerprint, () => terraform.init());
    } catch (error) {
      throw error instanceof TerraformError ? explainTerraformError(error, { ...facts, done: 0, planned: 0 }) : error;
    }
  });
}

async function captureOutputs(folder: EnvironmentFolder, terraform: Terraform, view: DeploymentView): Promise<DeploymentOutputs> {
  const outputs = await view.phase("Capture the outputs", async () => {
    const parsed = parseOutputs(await terraform.outputs());
    await saveOutputs(folder, parsed);
    return parsed;
  });
  view.lines(exportLines(outputs));
  return outputs;
}

type ProveApp = { options: UpOptions; outputs: DeploymentOutputs; journal: Journal; deps: DeploymentDeps; sha256: string };

async function proveApp({ options, outputs, journal, deps, sha256 }: ProveApp): Promise<"passed" | "skipped"> {
  const { view } = deps;
  const fingerprint = `${outputs.appId} ${sha256}`;
  if (options.skip.smoke) {
    view.skipped("Smoke test", "--skip-smoke");
    return "skipped";
  }
  if (!options.force && sha256 !== "" && journal.isDone("smoke-test", fingerprint)) {
    view.skipped("Smoke test", "passed before with this package");
    return "passed";
  }
  await view.phase("Smoke test: run the singlestep notebook", (progress) =>
    journal.run("smoke-test", fingerprint, async () => {
      const { hostName, accessKey } = outputs;
      const onProgress = (text: string) => progress.say(text);
      requirePassed(await deps.smokeTest({ hostName, accessKey, signal: deps.signal, onProgress }), hostName);
    }),
  );
  return "passed";
}

export function portalLink({ cloud, tenantId }: SignedIn, { appId }: DeploymentOutputs): string | null {
  return cloud.portal === "" ? null : `${cloud.portal}/#@${tenantId}/resource${appId}`;
}
