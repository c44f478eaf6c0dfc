import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type EnvironmentFolder, loadJson } from "../deployment/environment.ts";
import { initialise } from "../deployment/initialise.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import { provision } from "../deployment/provision.ts";
import { updateVariables, withProvider } from "../deployment/workspace.ts";

export type DownRequest = {
  subscription: string | null;
  assumeYes: boolean;
  planOnly: boolean;
};

export type DownResult = {
  kind: "nothing" | "planned" | "declined" | "removed";
  changes: number;
  leftGroups: string[];
};

const GROUP_API = "2022-09-01";
const RESOURCES_API = "2021-04-01";
const GONE_LIMIT_MS = 10 * 60_000;
const POLL_MS = 3_000;
const ENVIRONMENT_TAG = "same-kit:environment";
const GROUP_ADDRESS = "azurerm_resource_group.this";
const OUR_TAG = "same-kit:project";
// Azure makes these by itself beside Application Insights, up to an hour later.
const AZURES_OWN = /^(Failure Anomalies - |Application Insights Smart Detection)/;

/** Plans, asks, destroys, and checks that nothing is left. Refuses while the group contains resources that are not ours. */
export async function down(deployment: Deployment, request: DownRequest): Promise<DownResult> {
  const { folder, journal, terraform, view } = deployment;
  await deployment.checkTools(request.subscription ?? journal.choices.subscription);
  const { azure } = deployment;
  if (!(await holdsResources(deployment))) return nothingToRemove(deployment, request);
  const outputs = (await loadJson(folder.outputsFile)) as DeploymentOutputs | null;
  // After an apply that failed the state may know the group although no outputs were captured.
  const group = outputs?.resourceGroup ?? (await terraform.outputs())["resource_group"];
  if (typeof group === "string") await refuseForeign(azure, group);
  const { planOnly, assumeYes } = request;
  const facts = { plan: outputs?.plan ?? "" };
  const result = await provision(deployment, { isDestroy: true, planOnly, assumeYes, facts });
  if (result.kind === "planned" || result.kind === "declined")
    return { kind: result.kind, changes: result.changes.length, leftGroups: [] };
  const knewGroup = result.changes.some(({ address }) => address === GROUP_ADDRESS);
  if (typeof group === "string" && knewGroup) await verifyGone(deployment, group);
  // An apply that was stopped while it created the group has recorded everything but the group.
  const leftGroups = knewGroup ? [] : await groupsWithoutState(azure, folder.name);
  if (leftGroups.length > 0) view.lines(describeUnrecorded(leftGroups));
  await forget(folder);
  return { kind: "removed", changes: result.changes.length, leftGroups };
}

function describeUnrecorded(groups: readonly string[]): Hint[] {
  return groups.map(
    (group) =>
      hint`The resource group ${group} is still there: an interrupted run made it without recording it. ${sameKit("up")} adopts it, and ${sameKit("down")} then removes it; or: az group delete --name ${group}`,
  );
}

async function nothingToRemove({ folder, azure, view }: Deployment, { planOnly }: DownRequest): Promise<DownResult> {
  const leftGroups = await groupsWithoutState(azure, folder.name);
  const nothing = [`The environment "${folder.name}" holds nothing that same-kit made.`];
  view.lines(leftGroups.length === 0 ? nothing : describeLeft(leftGroups, folder.name));
  // An earlier one may have been interrupted when all was removed already: what it left here would count as deployed.
  if (!planOnly && leftGroups.length === 0 && existsSync(folder.terraformDir)) await forget(folder);
  return { kind: "nothing", changes: 0, leftGroups };
}

/** Groups of an environment of this name that no state here knows, as after a lost machine; what made them may be elsewhere. */
async function groupsWithoutState({ arm, subscriptionId }: SignedIn, environment: string): Promise<string[]> {
  const filter = encodeURIComponent(`tagName eq '${ENVIRONMENT_TAG}' and tagValue eq '${environment}'`);
  const path = `/subscriptions/${subscriptionId}/resourcegroups?$filter=${filter}`;
  const list = (await arm.find(path, RESOURCES_API)) as { value?: { name: string }[] } | null;
  return (list?.value ?? []).map(({ name }) => name);
}

function describeLeft(groups: readonly string[], environment: string): Hint[] {
  return [
    `Nothing was removed: no state here knows what the environment "${environment}" holds. In Azure there is of that name:`,
    ...groups.map((group) => `  resource group ${group}`),
    hint`Run ${sameKit("down")} where it was made. With a shared state, ${sameKit("up", "--plan", "--backend", "FILE")} brings it here first.`,
    ...groups.map((group) => `If its state is lost: az group delete --name ${group}`),
  ];
}

/** Initialised first: a shared state is not reached otherwise, and `.terraform` may have been removed. */
async function holdsResources(deployment: Deployment): Promise<boolean> {
  const { folder, journal, target, terraform } = deployment;
  if (!existsSync(folder.terraformDir)) return false;
  await updateVariables(folder, target.terraform.variables);
  await initialise(deployment, withProvider(journal.phase("init")?.fingerprint ?? "", target.terraform));
  return deployment.interruptible("preflight", async () => (await terraform.stateList()).length > 0);
}

/** What the next `up` makes is new: nothing of this one may count as done. */
async function forget(folder: EnvironmentFolder): Promise<void> {
  for (const file of [folder.outputsFile, folder.journalFile]) await rm(file, { force: true });
  for (const dir of [folder.packagesDir, folder.terraformDir]) await rm(dir, { recursive: true, force: true });
}

type ListedResource = { id: string; name: string; type: string; tags?: Record<string, string> };

/** Removing the group removes all in it, so that nothing of somebody else's may lie there. */
async function refuseForeign(azure: SignedIn, resourceGroup: string): Promise<void> {
  const path = `/subscriptions/${azure.subscriptionId}/resourceGroups/${resourceGroup}/resources`;
  const list = (await azure.arm.find(path, RESOURCES_API)) as { value?: ListedResource[] } | null;
  const foreign = (list?.value ?? []).filter(
    ({ name, tags }) => tags?.[OUR_TAG] === undefined && !AZURES_OWN.test(name),
  );
  if (foreign.length === 0) return;
  throw new OperationError({
    code: "ERR_REMOVE_NOT_EMPTY",
    message: `The resource group ${resourceGroup} holds what same-kit did not make: ${foreign.map(({ name, type }) => `${name} (${type})`).join(", ")}. Nothing was deleted.`,
    hint: hint`Move or remove these first, then run ${sameKit("down")} again.`,
  });
}

async function verifyGone(deployment: Deployment, resourceGroup: string): Promise<void> {
  const { arm, subscriptionId } = deployment.azure;
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  await deployment.phase("remove", "Check that nothing is left", async (progress) => {
    const isGone = await deployment.poll(POLL_MS, GONE_LIMIT_MS, async () => {
      progress.say(`looking for ${resourceGroup}`);
      return (await arm.find(path, GROUP_API)) === null ? true : null;
    });
    if (isGone) return;
    throw new OperationError({
      code: "ERR_REMOVE_NOT_GONE",
      message: `The resource group ${resourceGroup} still exists ${GONE_LIMIT_MS / 60_000} minutes after its removal.`,
      hint: "Look at it in the portal: a lock or a policy may hold it.",
    });
  });
}
