import { existsSync } from "node:fs";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";
import { type Choices, describeKept, mergeChoices, requireFiles } from "../deployment/choices.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { initialise } from "../deployment/initialise.ts";
import { orInterrupted } from "../deployment/interrupted.ts";
import { Journal } from "../deployment/journal.ts";
import { removeKeylessConnections } from "../deployment/keyless-storage.ts";
import { type DeploymentOutputs, exportLines, notDeployed, parseOutputs, saveOutputs } from "../deployment/outputs.ts";
import type { DeploymentView } from "../deployment/ports.ts";
import { type ProvisionResult, provision } from "../deployment/provision.ts";
import type { AzureDeps } from "../deployment/publish-package.ts";
import {
  checkPreflight,
  createTerraformSession,
  type DeploymentDeps,
  type TerraformSession,
} from "../deployment/session.ts";
import { requirePassed } from "../deployment/verify.ts";
import { prepareTerraformWorkspace, type TerraformVariables } from "../deployment/workspace.ts";
import { type PublisherName, type PublishResult, publishApp } from "./publish.ts";

export type UpOptions = {
  folder: EnvironmentFolder;
  subscription: string | null;
  /** Those of options; a file of `variableFiles` and they win over what the environment was deployed with before. */
  variables: TerraformVariables;
  variableFiles: readonly string[];
  backendFile: string | null;
  assumeYes: boolean;
  planOnly: boolean;
  force: boolean;
  /** Make a new access key. */
  rotateKey: boolean;
  skip: { terraform: boolean; publish: boolean; smoke: boolean };
  publisher: PublisherName;
};

export type UpResult = {
  kind: "planned" | "declined" | "deployed";
  changes: ProvisionResult["changes"];
  outputs: DeploymentOutputs | null;
  package: PublishResult | null;
  smokeTest: "passed" | "skipped";
  portalUrl: string | null;
};

/**
 * From nothing to a smoke-tested app. Every phase is written down in the environment's journal; a second call goes on where
 * the first one stopped and leaves alone what has not changed.
 */
export async function up(options: UpOptions, deps: DeploymentDeps): Promise<UpResult> {
  const { folder } = options;
  const { view, signal } = deps;
  const journal = await Journal.open(folder, deps.now);
  const rotation = options.rotateKey ? { access_key_generation: deps.now().toISOString() } : {};
  const chosen = { ...options, variables: { ...options.variables, ...rotation } };
  const choices = mergeChoices(journal.choices, chosen);
  const kept = options.skip.terraform ? null : describeKept(journal.choices, chosen);
  if (kept !== null) view.lines([kept]);
  const session = createTerraformSession(folder, deps);
  const azure = await view.phase("Check tools and sign-in", () =>
    orInterrupted("preflight", signal, () => checkPreflight(choices.subscription, session.terraform, deps)),
  );
  const result = options.skip.terraform
    ? skippedProvision(folder, view)
    : await provisionAll({ options, choices, deps, journal, session, azure });
  const { changes } = result;
  if (options.planOnly || result.kind === "planned" || result.kind === "declined") {
    const kind = result.kind === "declined" ? "declined" : "planned";
    return { kind, changes, outputs: null, package: null, smokeTest: "skipped", portalUrl: null };
  }
  const outputs = await captureOutputs(folder, session, deps);
  if (outputs.plan === "flex") await mendStorage(azure, outputs, deps);
  const azureDeps: AzureDeps = { azure, fetch: deps.fetch, waiting: deps.waiting, signal };
  const published = options.skip.publish ? null : await publishApp({ options, outputs, journal, deps, azureDeps });
  if (published === null) view.skipped("Publish the app", "--skip-publish");
  const smokeTest = await proveApp({ options, outputs, journal, deps, sha256: published?.sha256 ?? "" });
  const portalUrl = folder.isRehearsal ? null : portalLink(azure, outputs);
  return { kind: "deployed", changes, outputs, package: published, smokeTest, portalUrl };
}

/** Whether an identity opens the storage only the app's settings tell: the variable may lie in any file. */
async function mendStorage(
  azure: SignedIn,
  { appId }: DeploymentOutputs,
  { view, signal }: DeploymentDeps,
): Promise<void> {
  const wasThere = await orInterrupted("provision", signal, () => removeKeylessConnections(azure.arm, appId));
  if (wasThere) view.lines(["Removed the storage setting without a key: the app reaches its storage by its identity."]);
}

function skippedProvision(folder: EnvironmentFolder, view: DeploymentView): ProvisionResult {
  if (!existsSync(folder.terraformDir)) throw notDeployed(folder);
  view.skipped("Plan and apply", "--skip-terraform");
  return { kind: "unchanged", changes: [] };
}

type ProvisionAll = {
  options: UpOptions;
  choices: Choices;
  deps: DeploymentDeps;
  journal: Journal;
  session: TerraformSession;
  azure: SignedIn;
};

async function provisionAll({
  options,
  choices,
  deps,
  journal,
  session,
  azure,
}: ProvisionAll): Promise<ProvisionResult> {
  const { folder } = options;
  const { subscriptionId, user } = azure;
  const variables = {
    ...choices.variables,
    ...deps.terraform.variables,
    environment: folder.name,
    subscription_id: subscriptionId,
  };
  const { variableFiles, olderVariables } = requireFiles(choices);
  const files = { ...deps.terraform, backendFile: options.backendFile, variableFiles, olderVariables, variables };
  const fingerprint = await prepareTerraformWorkspace(folder, files);
  const facts = {
    subscriptionId,
    user,
    location: String(choices.variables["location"] ?? ""),
    plan: "",
    terraformDir: folder.terraformDir,
  };
  await initialise({ folder, fingerprint, force: options.force, session, journal, deps, facts });
  const onApply = async (changes: PlannedChange[]) => {
    await journal.saveChoices(folder.isRehearsal ? choices : { ...choices, subscription: subscriptionId });
    await forgetOutdated(journal, changes);
  };
  const { planOnly, assumeYes } = options;
  const { drillHooks, view, signal } = deps;
  const work = () =>
    provision({
      session,
      facts,
      isDestroy: false,
      planOnly,
      assumeYes,
      onApply,
      drillHooks,
      view,
      signal,
    });
  const isDone = ({ kind }: ProvisionResult) => kind === "applied" || kind === "unchanged";
  const result = await journal.run("provision", fingerprint, work, isDone);
  if (result.kind === "unchanged") view.skipped("Apply", "nothing has changed");
  return result;
}

/** An app that is made anew holds no package, and one whose surroundings change is to be proven again. */
async function forgetOutdated(journal: Journal, changes: PlannedChange[]): Promise<void> {
  await journal.forget("health");
  await journal.forget("smoke-test");
  const isRemade = ({ address, action }: PlannedChange) => /_function_app/.test(address) && action !== "update";
  if (changes.some(isRemade)) await journal.forget("publish");
}

async function captureOutputs(
  folder: EnvironmentFolder,
  { terraform }: TerraformSession,
  { view, signal }: DeploymentDeps,
): Promise<DeploymentOutputs> {
  return view.phase("Capture the outputs", async (progress) => {
    const outputs = parseOutputs(await orInterrupted("provision", signal, () => terraform.outputs()));
    await saveOutputs(folder, outputs);
    for (const line of exportLines(outputs)) progress.note(line);
    return outputs;
  });
}

type ProveApp = {
  options: UpOptions;
  outputs: DeploymentOutputs;
  journal: Journal;
  deps: DeploymentDeps;
  sha256: string;
};

async function proveApp({ options, outputs, journal, deps, sha256 }: ProveApp): Promise<"passed" | "skipped"> {
  const { view, signal } = deps;
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
    orInterrupted("verify", signal, () =>
      journal.run("smoke-test", fingerprint, async () => {
        const { hostName, accessKey } = outputs;
        const onProgress = (text: string) => progress.say(text);
        requirePassed(await deps.smokeTest({ hostName, accessKey, signal, onProgress }), hostName);
      }),
    ),
  );
  return "passed";
}

/** Null in a cloud without a portal. */
export function portalLink({ cloud, tenantId }: SignedIn, { appId }: DeploymentOutputs): string | null {
  return cloud.portal === "" ? null : `${cloud.portal}/#@${tenantId}/resource${appId}`;
}
