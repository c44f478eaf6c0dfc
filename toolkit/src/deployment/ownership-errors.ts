// Why a plan is refused because of whose the resources are.

import { type Hint, hint, OperationError, sameKit } from "@same-kit/shared";
import { describeResources, type FoundGroup, type FoundResource, TAGS } from "./found-resources.ts";

export const TAKE_OVER = hint`Choose another name: --env, --project, or --var 'names={"resource_group":"NAME"}'. ${sameKit("up", "--adopt")} takes over a group on purpose, unless it contains foreign resources.`;
export const MOVE_OR_RENAME =
  "Move or remove these first, or choose another name with --env, --project or --var names.";

/** The group exists, and nothing connects it with any same-kit. */
export function notOurs(group: FoundGroup, advice: Hint): OperationError {
  return new OperationError({
    code: "ERR_PROVISION_NOT_OURS",
    message: `A resource group ${group.name} exists that this environment did not create: ${describeGroup(group)}. Nothing was changed.`,
    hint: advice,
  });
}

/** @param what - For example `the resource group rg`. */
export function deployedElsewhere(what: string, mark?: string): OperationError {
  const why =
    mark === undefined
      ? "has no mark, as plain terraform or an earlier same-kit leaves it, and is not in the state here"
      : `carries a mark that is not in the state here (${TAGS.deployment}=${mark})`;
  return new OperationError({
    code: "ERR_PROVISION_OTHER_STATE",
    message: `This environment is deployed from another machine or folder: ${what} ${why}. Nothing was changed.`,
    hint: hint`Three ways forward: share its state, with ${sameKit("up", "--backend", "FILE")} there and here; take it over with ${sameKit("up", "--adopt")}, which imports the existing resources into the local state and locks the other machine out; or deploy a separate environment with another --env.`,
  });
}

export function holdsForeign(group: FoundGroup, foreign: readonly FoundResource[], advice: Hint): OperationError {
  return new OperationError({
    code: "ERR_PROVISION_NOT_OURS",
    message: `The resource group ${group.name} cannot be taken over: it contains ${describeResources(foreign)}, which this environment did not create. Nothing was changed.`,
    hint: advice,
  });
}

export function nameInUse(group: FoundGroup, found: readonly FoundResource[]): OperationError {
  return new OperationError({
    code: "ERR_PROVISION_NOT_OURS",
    message: `The resource group ${group.name} already contains ${describeResources(found)}, which this environment did not create. Nothing was changed.`,
    hint: hint`Remove it, or choose other names with --var names. If an earlier same-kit created it, ${sameKit("up", "--adopt")} takes it over.`,
  });
}

export function otherRegion(group: FoundGroup, location: string): OperationError {
  return new OperationError({
    code: "ERR_PROVISION_NOT_OURS",
    message: `The resource group ${group.name} is in ${group.location}, but the plan is for ${location}: taking it over would delete it. Nothing was changed.`,
    hint: hint`Take it over in its region: ${sameKit("up", "--adopt", "--location", group.location ?? "")}.`,
  });
}

function describeGroup({ location, tags = {}, resources }: FoundGroup): string {
  const shown = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return [
    `it is in ${location ?? "an unknown region"}`,
    shown.length === 0 ? "has no tags" : `has the tags ${shown.join(", ")}`,
    `and contains ${resources.length === 0 ? "nothing" : describeResources(resources)}`,
  ].join(", ");
}
