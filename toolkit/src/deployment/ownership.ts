// Distinguishes the resources of an environment from all others in the subscription. Names prove nothing: a colleague may have a
// group of the same name, and another machine the same environment. Proof is the state, or the environment's mark: a tag with
// an unguessable ID, recorded here before the first plan.

import { randomUUID } from "node:crypto";
import { type Hint, hint, OperationError } from "@same-kit/shared";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";
import type { StateResource } from "../adapters/terraform/state.ts";
import { TerraformError } from "../adapters/terraform/terraform-error.ts";
import type { Deployment } from "./deployment.ts";
import { explainTerraformError } from "./explain-terraform.ts";
import {
  describeResources,
  type FoundGroup,
  type FoundResource,
  findGroup,
  findTaggedGroups,
  groupIdOf,
  isAzuresOwn,
  TAGS,
  topLevelId,
} from "./found-resources.ts";
import {
  deployedElsewhere,
  holdsForeign,
  MOVE_OR_RENAME,
  nameInUse,
  notOurs,
  otherRegion,
  TAKE_OVER,
} from "./ownership-errors.ts";

const GROUP_TYPE = "azurerm_resource_group";

/** Values of the module's variables with which a plan was made. */
type Variables = Readonly<Record<string, unknown>>;

export class Ownership {
  /** The value of the tag `same-kit:deployment`. */
  readonly mark: string;
  readonly #deployment: Deployment;
  readonly #state: readonly StateResource[];
  readonly #mayAdopt: boolean;
  readonly #knownIds: Set<string>;
  #takenOver: string | null = null;
  /** The resource group of the deployment; null before it exists. */
  #groupId: string | null;

  private constructor(deployment: Deployment, state: readonly StateResource[], mark: string, mayAdopt: boolean) {
    this.mark = mark;
    this.#deployment = deployment;
    this.#state = state;
    this.#mayAdopt = mayAdopt;
    this.#knownIds = new Set(state.map(({ id }) => id.toLowerCase()));
    this.#groupId = this.group?.id ?? null;
  }

  /**
   * Reads the state, and with it the mark; a new environment gets one. The mark in a shared state takes precedence over the one
   * recorded here, because the state knows the resources.
   *
   * @param options.mayAdopt - `--adopt`: resources with another mark may be taken over.
   */
  static async establish(deployment: Deployment, { mayAdopt = false } = {}): Promise<Ownership> {
    const { journal, terraform } = deployment;
    const { resources, deploymentId } = await deployment.interruptible("preflight", () =>
      terraform.state().catch((error: unknown) => {
        throw error instanceof TerraformError ? explainTerraformError(error, deployment.facts()) : error;
      }),
    );
    const tagged = resources.map(({ tags }) => tags[TAGS.deployment]).find((mark) => mark !== undefined);
    const mark = tagged ?? deploymentId ?? journal.deploymentId ?? randomUUID();
    await journal.saveDeploymentId(mark);
    return new Ownership(deployment, resources, mark, mayAdopt);
  }

  /** The resource group of the state; null if the state has none. */
  get group(): StateResource | null {
    return this.#state.find(({ type }) => type === GROUP_TYPE) ?? null;
  }

  /** The resource group that the checked plan takes over from another owner; null: none. */
  get takenOver(): string | null {
    return this.#takenOver;
  }

  /** Whether the state contains no resources. */
  get isEmpty(): boolean {
    return this.#state.length === 0;
  }

  /** Whether anything of this environment exists in Azure, including what an interrupted run created without recording it. */
  async hasResources(): Promise<boolean> {
    const isKnown = this.#state.some(isInAzure);
    return isKnown || (await this.findGroups()).length > 0;
  }

  /** The resource groups with the mark, whether or not they are in the state. */
  findGroups(): Promise<FoundResource[]> {
    return findTaggedGroups(this.#deployment.azure, TAGS.deployment, this.mark);
  }

  isOurs({ id, tags }: Pick<FoundResource, "id" | "tags">): boolean {
    return this.#knownIds.has(id.toLowerCase()) || tags?.[TAGS.deployment] === this.mark;
  }

  /**
   * Checks a plan before any of it is applied.
   *
   * @param variables - The variables of the plan.
   * @throws OperationError `ERR_PROVISION_NOT_OURS`, `ERR_PROVISION_OTHER_STATE` or `ERR_REMOVE_NOT_EMPTY`.
   */
  async requireOwn(changes: readonly PlannedChange[], variables: Variables): Promise<void> {
    const { azure } = this.#deployment;
    const planned = changes.find(({ type, action }) => type === GROUP_TYPE && action !== "delete");
    const plannedId = planned?.name ? groupIdOf(azure, planned.name) : null;
    // After an earlier plan has passed, also the state's group: a plan that renames the group deletes that one.
    const known = distinct([this.group?.id ?? null, this.#groupId]);
    for (const id of distinct([...known, plannedId])) {
      const group = await findGroup(azure.arm, id);
      if (group === null) continue;
      if (known.includes(id)) this.requireStillOurs(group, variables);
      else this.#requireAdoptable(group, variables);
      if (changes.some((it) => isRemoval(it) && isInAzure(it))) this.requireNothingForeign(group);
      this.#requireNamesFree(group, changes, variables);
    }
    this.#groupId = plannedId ?? this.#groupId;
  }

  /**
   * Whether the resource that terraform found under `id` may be imported into the state: only resources of a group that has passed
   * {@link requireOwn}, and that have the mark or are inside a resource that has it.
   */
  async mayImport(id: string, variables: Variables): Promise<boolean> {
    const { arm } = this.#deployment.azure;
    const groupId = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0];
    if (groupId === undefined) return false;
    const group = await findGroup(arm, groupId);
    if (group === null) return false;
    const top = topLevelId(id)?.toLowerCase();
    const found = top === undefined ? group : group.resources.find((it) => it.id.toLowerCase() === top);
    if (found === undefined || !this.#isOursOrAdoptable(found, variables)) return false;
    this.#knownIds.add(id.toLowerCase());
    return true;
  }

  /** Checks the state's group before it is removed. @throws OperationError like {@link requireOwn}. */
  async requireRemovable(): Promise<void> {
    const known = this.group;
    const group = known === null ? null : await findGroup(this.#deployment.azure.arm, known.id);
    if (group === null) return;
    this.requireStillOurs(group);
    this.requireNothingForeign(group);
  }

  /** Deleting a group deletes all its contents. @throws OperationError `ERR_REMOVE_NOT_EMPTY`. */
  requireNothingForeign(group: FoundGroup): void {
    const foreign = group.resources.filter((it) => !this.isOurs(it) && !isAzuresOwn(it));
    if (foreign.length === 0) return;
    throw new OperationError({
      code: "ERR_REMOVE_NOT_EMPTY",
      message: `The resource group ${group.name} contains resources that this environment did not create: ${describeResources(foreign)}. Nothing was deleted.`,
      hint: this.#orStartOver("Move or remove these first, then run the command again."),
    });
  }

  /** The resources of a rehearsal can be reached only through the commands that refuse them. */
  #orStartOver(said: Hint): Hint {
    const { isRehearsal, dir } = this.#deployment.folder;
    return isRehearsal ? hint`${said} In this rehearsal, remove ${dir} to start over.` : said;
  }

  /**
   * Checks the group in the state: another machine may have taken it over, or it may have been recreated.
   *
   * @throws OperationError `ERR_PROVISION_NOT_OURS` or `ERR_PROVISION_OTHER_STATE`.
   */
  requireStillOurs(group: FoundGroup, variables: Variables = {}): void {
    // An environment of an earlier same-kit has no mark yet.
    const isUnmarked = group.tags?.[TAGS.deployment] === undefined && this.group?.tags[TAGS.deployment] === undefined;
    if (!isUnmarked) this.#requireAdoptable(group, variables);
  }

  #requireAdoptable(group: FoundGroup, variables: Variables): void {
    if (group.tags?.[TAGS.deployment] === this.mark) return;
    if (!this.#mayAdopt)
      throw this.#isSameKits(group, variables)
        ? deployedElsewhere(`the resource group ${group.name}`, group.tags?.[TAGS.deployment])
        : notOurs(group, this.#orStartOver(TAKE_OVER));
    const foreign = group.resources.filter((it) => !this.#isOursOrAdoptable(it, variables) && !isAzuresOwn(it));
    if (foreign.length > 0) throw holdsForeign(group, foreign, this.#orStartOver(MOVE_OR_RENAME));
    const location = String(variables["location"] ?? "");
    if (group.location !== undefined && location !== "" && group.location !== location)
      throw otherRegion(group, location);
    this.#takenOver = group.name;
  }

  /** Terraform would replace an existing resource that has the name of one that it is about to create. */
  #requireNamesFree(group: FoundGroup, changes: readonly PlannedChange[], variables: Variables): void {
    const created = changes.filter(({ action, type }) => action === "create" && type !== GROUP_TYPE);
    const names = new Set(created.map(({ name }) => name?.toLowerCase()));
    const isInTheWay = (it: FoundResource) =>
      names.has(it.name.toLowerCase()) && !this.#isOursOrAdoptable(it, variables);
    const inTheWay = group.resources.filter(isInTheWay);
    if (inTheWay.length > 0) throw nameInUse(group, inTheWay);
  }

  #isOursOrAdoptable(found: FoundResource, variables: Variables): boolean {
    if (this.isOurs(found)) return true;
    if (!this.#mayAdopt) return false;
    // A group that was named explicitly may belong to anyone, if it contains nothing foreign.
    return topLevelId(found.id) === null || this.#isSameKits(found, variables);
  }

  /** Whether any same-kit has created it, as this environment of this project. */
  #isSameKits({ tags = {} }: FoundResource, { project = tags[TAGS.project] }: Variables): boolean {
    const { name } = this.#deployment.folder;
    return tags[TAGS.environment] === name && tags[TAGS.project] !== undefined && tags[TAGS.project] === project;
  }
}

/** Resource IDs are not case-sensitive. */
function distinct(ids: readonly (string | null)[]): string[] {
  const given = ids.filter((id) => id !== null);
  return given.filter((id, index) => given.findIndex((it) => it.toLowerCase() === id.toLowerCase()) === index);
}

/** Replacing a key that terraform generates changes nothing in Azure. */
const isInAzure = ({ type }: { type: string }): boolean => type.startsWith("azurerm_");

export function isRemoval({ action }: Pick<PlannedChange, "action">): boolean {
  return action === "delete" || action === "replace";
}
