import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import { effectiveChoices } from "../deployment/choices.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type EnvironmentFolder, loadJson } from "../deployment/environment.ts";
import {
  deleteGroup,
  type FoundResource,
  findGroup,
  findTaggedGroups,
  groupExists,
  TAGS,
} from "../deployment/found-resources.ts";
import { initialise } from "../deployment/initialise.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";
import { Ownership } from "../deployment/ownership.ts";
import { type ProvisionResult, provision } from "../deployment/provision.ts";
import { updateVariables, withProvider } from "../deployment/workspace.ts";

export type DownRequest = {
  subscription: string | null;
  assumeYes: boolean;
  planOnly: boolean;
};

export type DownResult = {
  kind: "nothing" | "planned" | "declined" | "removed";
  changes: number;
  /** Resource groups of an environment with this name that do not belong to this one, as far as is known here: they were kept. */
  leftGroups: string[];
};

const GONE_LIMIT_MS = 10 * 60_000;
const POLL_MS = 3_000;

/**
 * Plans, asks for confirmation, destroys, and checks that nothing is left, including what an interrupted run created without
 * recording it: that is found by its mark. Refuses if a group contains resources that are not ours.
 */
export async function down(deployment: Deployment, request: DownRequest): Promise<DownResult> {
  const { folder, journal } = deployment;
  const { subscription } = journal.attempted ?? journal.choices;
  await deployment.checkTools(request.subscription ?? subscription);
  const ownership = await openState(deployment);
  const destroyed = ownership === null || ownership.isEmpty ? null : await destroy(deployment, request, ownership);
  // Stopped: what another run added meanwhile was not confirmed, so the state still contains resources.
  if (destroyed?.kind === "declined" || destroyed?.kind === "stopped")
    return { kind: "declined", changes: destroyed.changes.length, leftGroups: [] };
  const unrecorded = ownership === null ? [] : await unrecordedGroups(deployment, ownership);
  const changes = (destroyed?.changes.length ?? 0) + unrecorded.length;
  if (ownership !== null && unrecorded.length > 0) {
    const isAgreed = await removeGroups(deployment, { request, ownership, groups: unrecorded });
    if (!isAgreed) return { kind: "declined", changes, leftGroups: [] };
  }
  if (request.planOnly && changes > 0) return { kind: "planned", changes, leftGroups: [] };
  const knewGroup = ownership?.group != null || unrecorded.length > 0;
  const leftGroups = knewGroup ? [] : await othersGroups(deployment, ownership);
  if (leftGroups.length > 0) deployment.view.lines(describeOthers(leftGroups, folder.name));
  else if (changes === 0)
    deployment.view.lines([`The environment "${folder.name}" contains nothing that same-kit created.`]);
  // An earlier removal may have been interrupted at its end: what it left here would count as deployed.
  if (!request.planOnly && leftGroups.length === 0) await forget(folder);
  return { kind: changes > 0 ? "removed" : "nothing", changes, leftGroups };
}

/** Initializes first, because a shared state cannot be read otherwise, and `.terraform` may have been removed. Null: nothing was planned. */
async function openState(deployment: Deployment): Promise<Ownership | null> {
  const { folder, journal, target } = deployment;
  if (!existsSync(folder.terraformDir)) return null;
  await updateVariables(folder, { ...target.terraform.variables, delete_group_contents: true });
  await initialise(deployment, withProvider(journal.phase("init")?.fingerprint ?? "", target.terraform));
  return Ownership.establish(deployment);
}

async function destroy(
  deployment: Deployment,
  { planOnly, assumeYes }: DownRequest,
  ownership: Ownership,
): Promise<ProvisionResult> {
  const known = ownership.group;
  await ownership.requireRemovable();
  const outputs = (await loadJson(deployment.folder.outputsFile)) as DeploymentOutputs | null;
  const facts = { plan: outputs?.plan ?? "" };
  const how = { planOnly, assumeYes, allowDelete: true };
  const result = await provision(deployment, { ownership, isDestroy: true, facts, ...how });
  if (result.kind === "applied" && known !== null) await verifyGone(deployment, known);
  return result;
}

/** Groups with our mark that are not in the state: an apply that was stopped while it created the group. */
async function unrecordedGroups(deployment: Deployment, ownership: Ownership): Promise<FoundResource[]> {
  const known = ownership.group?.id.toLowerCase();
  const groups = await deployment.interruptible("preflight", () => ownership.findGroups());
  return groups.filter(({ id }) => id.toLowerCase() !== known);
}

type Removal = { request: DownRequest; ownership: Ownership; groups: readonly FoundResource[] };

/** @returns false if the user declined. */
async function removeGroups(deployment: Deployment, { request, ownership, groups }: Removal): Promise<boolean> {
  const { view, azure } = deployment;
  const check = async () => {
    for (const { id } of groups) {
      const group = await findGroup(azure.arm, id);
      if (group !== null) ownership.requireNothingForeign(group);
    }
  };
  await check();
  view.lines(
    groups.map(({ name }) => `  - Resource group ${name}, which an interrupted run created without recording it`),
  );
  if (request.planOnly) return true;
  if (!request.assumeYes && !(await view.confirm("Remove all of this?"))) return false;
  await check(); // The question may have been open for a long time.
  for (const group of groups) {
    await deployment.phase("remove", `Remove ${group.name}`, () => deleteGroup(azure.arm, group.id));
    await verifyGone(deployment, group);
  }
  return true;
}

async function verifyGone(deployment: Deployment, group: { id: string; name: string | null }): Promise<void> {
  await deployment.phase("remove", "Check that nothing is left", async (progress) => {
    const isGone = await deployment.poll(POLL_MS, GONE_LIMIT_MS, async () => {
      progress.say(`looking for ${group.name}`);
      return (await groupExists(deployment.azure.arm, group.id)) ? null : true;
    });
    if (isGone) return;
    throw new OperationError({
      code: "ERR_REMOVE_NOT_GONE",
      message: `The resource group ${group.name} still exists ${GONE_LIMIT_MS / 60_000} minutes after its removal.`,
      hint: "Check it in the portal: a lock or a policy may prevent its removal.",
    });
  });
}

/** Groups of this project's environment with another mark, or without one: they were created elsewhere. */
async function othersGroups({ azure, folder, journal }: Deployment, ownership: Ownership | null): Promise<string[]> {
  const { variables, olderVariables } = await effectiveChoices(journal.attempted ?? journal.choices);
  const project = variables["project"] ?? olderVariables["project"];
  const groups = await findTaggedGroups(azure, TAGS.environment, folder.name);
  return groups
    .filter(({ tags = {} }) => project === undefined || tags[TAGS.project] === project)
    .filter(({ tags = {} }) => ownership === null || tags[TAGS.deployment] !== ownership.mark)
    .map(({ name }) => name);
}

function describeOthers(groups: readonly string[], environment: string): Hint[] {
  return [
    `Left alone, as no state here knows them: Azure has these resource groups of an environment "${environment}":`,
    ...groups.map((group) => `  resource group ${group}`),
    hint`Run ${sameKit("down")} where they were deployed. With a shared state, ${sameKit("up", "--plan", "--backend", "FILE")} brings it here first; without any, ${sameKit("up", "--adopt")} takes over such a group.`,
    ...groups.map((group) => `To remove one with everything in it: az group delete --name ${group}`),
  ];
}

/** Everything that the next `up` creates is new: no record of this deployment may count as done. */
async function forget(folder: EnvironmentFolder): Promise<void> {
  for (const file of [folder.outputsFile, folder.journalFile]) await rm(file, { force: true });
  for (const dir of [folder.packagesDir, folder.terraformDir]) await rm(dir, { recursive: true, force: true });
}
