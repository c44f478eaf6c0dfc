import { existsSync } from "node:fs";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";
import {
  type Choices,
  describeDropped,
  describeKept,
  effectiveChoices,
  keepKey,
  mergeChoices,
  requireFiles,
} from "../deployment/choices.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { initialise } from "../deployment/initialise.ts";
import type { Journal } from "../deployment/journal.ts";
import { repairStorage } from "../deployment/keyless-storage.ts";
import { type DeploymentOutputs, notDeployed, parseOutputs, saveOutputs } from "../deployment/outputs.ts";
import { Ownership } from "../deployment/ownership.ts";
import { type ProvisionResult, provision } from "../deployment/provision.ts";
import { layOutModule, type TerraformVariables, writeVariables } from "../deployment/workspace.ts";
import { proveApp } from "./prove-app.ts";
import { type PublishRequest, type PublishResult, publishApp } from "./publish.ts";

export type UpRequest = PublishRequest & {
  subscription: string | null;
  /** The variables from options; they, and the files of `variableFiles`, override what the environment was deployed with before. */
  variables: TerraformVariables;
  /** Null: the earlier ones; an empty list: none any more. */
  variableFiles: readonly string[] | null;
  backendFile: string | null;
  assumeYes: boolean;
  /** Confirms the loss of data that a plan lists. */
  allowDelete: boolean;
  /** Takes over resources with another mark. */
  adopt: boolean;
  planOnly: boolean;
  /** Create a new access key. */
  rotateKey: boolean;
  skip: { terraform: boolean; publish: boolean; smoke: boolean };
};

export type UpResult = {
  kind: "planned" | "declined" | "stopped" | "deployed";
  changes: ProvisionResult["changes"];
  outputs: DeploymentOutputs | null;
  package: PublishResult | null;
  smokeTest: "passed" | "skipped";
  portalUrl: string | null;
  /** The choices of this call or an earlier one; null with `--skip-terraform`. They may contain app settings, which are secret. */
  choices: Choices | null;
};

/**
 * Deploys from nothing to a smoke-tested app. Every phase is recorded in the environment's journal; a second call continues where
 * the first one stopped and skips what has not changed.
 */
export async function up(deployment: Deployment, request: UpRequest): Promise<UpResult> {
  const { folder, journal, view } = deployment;
  const { subscription } = journal.attempted ?? journal.choices;
  await deployment.checkTools(request.subscription ?? subscription, request.packaging.checks);
  const { kind, changes, choices } = request.skip.terraform
    ? skippedProvision(deployment)
    : await provisionAll(deployment, request);
  if (request.planOnly || kind === "planned" || kind === "declined" || kind === "stopped") {
    const ended = kind === "declined" || kind === "stopped" ? kind : "planned";
    return { kind: ended, changes, outputs: null, package: null, smokeTest: "skipped", portalUrl: null, choices };
  }
  const outputs = await captureOutputs(deployment);
  await repairStorage(deployment, outputs);
  const published = request.skip.publish ? null : await publishApp(deployment, outputs, request);
  if (published === null) view.skipped("Publish the app", "--skip-publish");
  const smokeTest = await proveApp(deployment, { request, outputs, sha256: published?.sha256 ?? "" });
  const portalUrl = folder.isRehearsal ? null : portalLink(deployment.azure, outputs);
  return { kind: "deployed", changes, outputs, package: published, smokeTest, portalUrl, choices };
}

type ChosenProvision = ProvisionResult & { choices: Choices | null };

function skippedProvision({ folder, view }: Deployment): ChosenProvision {
  if (!existsSync(folder.terraformDir)) throw notDeployed(folder);
  view.skipped("Plan and apply", "--skip-terraform");
  return { kind: "unchanged", changes: [], choices: null };
}

async function provisionAll(deployment: Deployment, request: UpRequest): Promise<ChosenProvision> {
  const { folder, journal, target, view, azure } = deployment;
  const fingerprint = await layOutModule(folder, { ...target.terraform, backendFile: request.backendFile });
  await initialise(deployment, fingerprint, request.force);
  const ownership = await Ownership.establish(deployment, { mayAdopt: request.adopt });
  const choices = requireFiles(await settleChoices(deployment, request, ownership));
  const restoreVariables = await writeVariables(folder, {
    ...choices,
    variables: { ...choices.variables, ...ownVariables(deployment, ownership) },
  });
  const saved = folder.isRehearsal ? choices : { ...choices, subscription: azure.subscriptionId };
  let isApplied = false;
  const onApply = async (changes: PlannedChange[]) => {
    isApplied = true;
    await journal.saveAttempt(saved);
    await forgetOutdated(journal, changes);
  };
  const { planOnly, assumeYes, allowDelete, rotateKey: rotatesKey } = request;
  const facts = { location: String(choices.variables["location"] ?? ""), variableFiles: choices.variableFiles };
  const isDone = ({ kind }: ProvisionResult) => kind === "applied" || kind === "unchanged";
  const work = () =>
    provision(deployment, {
      ownership,
      isDestroy: false,
      planOnly,
      assumeYes,
      allowDelete,
      rotatesKey,
      facts,
      onApply,
    });
  const result = await journal.run("provision", fingerprint, work, isDone).catch(async (error: unknown) => {
    if (!isApplied) await restoreVariables();
    throw error;
  });
  if (isDone(result)) await journal.saveChoices(saved);
  if (result.kind === "unchanged") view.skipped("Apply", "nothing has changed");
  return { ...result, choices };
}

/** The choices of this call, on top of those of the last deployment or of an unfinished apply. */
async function settleChoices(deployment: Deployment, request: UpRequest, ownership: Ownership): Promise<Choices> {
  const { journal, view } = deployment;
  const rotation = request.rotateKey ? { access_key_generation: deployment.now().toISOString() } : {};
  const chosen = { ...request, variables: { ...keepKey(request.variables), ...rotation } };
  const { attempted } = journal;
  const isUnfinished = attempted !== null && (await ownership.hasResources());
  const before = isUnfinished ? attempted : journal.choices;
  const dropped = attempted === null || isUnfinished ? null : describeDropped(attempted, chosen);
  const merged = mergeChoices(before, chosen);
  // A file of this call overrides earlier choices, which are then not reused.
  const { variables, olderVariables } = await effectiveChoices(merged);
  const used = { ...before, variables: { ...olderVariables, ...variables }, olderVariables: {} };
  const kept = describeKept(used, chosen, isUnfinished);
  for (const line of [dropped, kept]) if (line !== null) view.lines([line]);
  return merged;
}

/** Variables that users cannot set. */
function ownVariables({ folder, target, azure }: Deployment, { mark }: Ownership): TerraformVariables {
  return {
    ...target.terraform.variables,
    environment: folder.name,
    subscription_id: azure.subscriptionId,
    deployment_id: mark,
    // Terraform would overwrite resources of others; a variable file may override this.
    recover: false,
    // The group is deleted only after it has been checked here.
    delete_group_contents: true,
    // `repairStorage` does this after each apply.
    removes_keyless_settings: true,
  };
}

/** A recreated app contains no package, and an app whose environment changes must be verified again. */
async function forgetOutdated(journal: Journal, changes: PlannedChange[]): Promise<void> {
  await journal.forget("health");
  await journal.forget("smoke-test");
  const isRecreated = ({ address, action }: PlannedChange) => /_function_app/.test(address) && action !== "update";
  if (changes.some(isRecreated)) await journal.forget("publish");
}

async function captureOutputs(deployment: Deployment): Promise<DeploymentOutputs> {
  return deployment.phase("provision", "Capture the outputs", async (progress) => {
    const outputs = parseOutputs(await deployment.terraform.outputs());
    await saveOutputs(deployment.folder, outputs);
    progress.note(`app ${outputs.appName}, host ${outputs.hostName}`);
    return outputs;
  });
}

/** Null in a cloud without a portal. */
export function portalLink({ cloud, tenantId }: SignedIn, { appId }: DeploymentOutputs): string | null {
  return cloud.portal === "" ? null : `${cloud.portal}/#@${tenantId}/resource${appId}`;
}
