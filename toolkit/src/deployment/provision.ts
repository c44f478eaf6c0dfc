import { rm } from "node:fs/promises";
import path from "node:path";
import { type Hint, hint, sameKit } from "@same-kit/shared";
import { costNotes } from "../adapters/terraform/cost-notes.ts";
import { type PlannedChange, summarizePlan } from "../adapters/terraform/plan-summary.ts";
import { TerraformError } from "../adapters/terraform/terraform.ts";
import type { TerraformDiagnostic, TerraformEvent } from "../adapters/terraform/ui-events.ts";
import type { PhaseProgress } from "../ports.ts";
import type { Deployment } from "./deployment.ts";
import {
  type DeploymentFacts,
  explainTerraformError,
  firstSentence,
  requireDeclared,
  textOf,
} from "./explain-terraform.ts";
import { InterruptedError } from "./interrupted.ts";

export type ProvisionRequest = {
  isDestroy: boolean;
  /** Only show what would be done. */
  planOnly: boolean;
  assumeYes: boolean;
  /** As far as known before the plan, for messages. */
  facts: Partial<Pick<DeploymentFacts, "location" | "plan">>;
  /** Called with what is about to be done, once it is agreed to. */
  onApply?: (changes: PlannedChange[]) => Promise<void>;
};

export type ProvisionResult = { kind: "unchanged" | "planned" | "declined" | "applied"; changes: PlannedChange[] };

const PLAN_FILE = "same-kit.tfplan";
const MAX_ADOPTIONS = 12;
const GROUP_ADDRESS = "azurerm_resource_group.this";

/** Plans, asks, applies. A saved plan holds every secret in clear: it is removed however this ends. */
export async function provision(deployment: Deployment, request: ProvisionRequest): Promise<ProvisionResult> {
  const work = new Provisioning(deployment, request);
  try {
    return await work.run();
  } catch (error) {
    throw work.explain(error);
  } finally {
    await rm(work.planFile, { force: true });
  }
}

type Planned = { changes: PlannedChange[]; variables: Record<string, unknown> };

type Progress = { done: number; planned: number };

class Provisioning {
  readonly planFile: string;
  readonly #deployment: Deployment;
  readonly #request: ProvisionRequest;
  #facts: ProvisionRequest["facts"];

  constructor(deployment: Deployment, request: ProvisionRequest) {
    this.planFile = path.join(deployment.folder.terraformDir, PLAN_FILE);
    this.#deployment = deployment;
    this.#request = request;
    this.#facts = request.facts;
  }

  async run(): Promise<ProvisionResult> {
    const { planOnly, assumeYes, isDestroy, onApply } = this.#request;
    const { view } = this.#deployment;
    const planned = await this.#plan();
    if (planned === null) return { kind: "unchanged", changes: [] };
    const { changes, variables } = planned;
    view.lines(describeChanges(planned, isDestroy));
    if (planOnly) return { kind: "planned", changes };
    if (!assumeYes && !(await view.confirm(this.#question))) return { kind: "declined", changes };
    await onApply?.(changes);
    // Region and plan may come from a variable file: only the plan tells them.
    this.#facts = { location: String(variables["location"] ?? ""), plan: String(variables["plan"] ?? "") };
    return { kind: await this.#applyUntilSettled(changes), changes };
  }

  /** @returns null where nothing would change. */
  async #plan(): Promise<Planned | null> {
    const { isDestroy } = this.#request;
    const { folder, terraform, target, view } = this.#deployment;
    await target.drillHooks.beforePlan(folder.terraformDir);
    return view.phase(isDestroy ? "Plan the removal" : "Plan", async (progress) => {
      const warnings: TerraformDiagnostic[] = [];
      const onEvent = (event: TerraformEvent) => {
        if (event.kind === "drift") progress.note(`changed outside: ${event.address} (${event.action})`);
        if (event.kind === "diagnostic" && event.diagnostic.severity === "warning") warnings.push(event.diagnostic);
      };
      const hasChanges = await terraform.plan(this.planFile, { destroy: isDestroy, onEvent });
      requireDeclared(warnings);
      for (const { summary, detail } of warnings) progress.note(`warning: ${summary}. ${firstSentence(detail)}`);
      if (!hasChanges) return null;
      const { changes, variables } = await terraform.showPlan(this.planFile);
      return { changes: summarizePlan(changes), variables };
    });
  }

  /**
   * Applies; what stands in the way and heals by itself is healed here: a plan that became stale is made again once, and
   * resources of an interrupted run are adopted. Should the plan after that remove what nobody agreed to, it is asked again.
   */
  async #applyUntilSettled(agreed: PlannedChange[]): Promise<"applied" | "declined"> {
    let planned = agreed;
    let wasStale = false;
    for (let adoptions = 0; ; ) {
      const failure = await this.#apply(planned);
      if (failure === null) return "applied";
      const isStale = /Saved plan is stale/.test(textOf(failure.error));
      if (isStale && !wasStale) wasStale = true;
      else if (adoptions < MAX_ADOPTIONS && (await this.#adopt(failure.error, agreed))) adoptions += 1;
      else throw this.explain(failure.error, failure);
      const again = await this.#plan();
      if (again === null) return "applied";
      if (!(await this.#isAgreed(again, agreed))) return "declined";
      planned = again.changes;
    }
  }

  async #isAgreed(again: Planned, agreed: PlannedChange[]): Promise<boolean> {
    const { view } = this.#deployment;
    const { assumeYes, isDestroy } = this.#request;
    const removed = (changes: PlannedChange[]) =>
      changes.filter(({ action }) => action === "delete" || action === "replace").map(({ address }) => address);
    const known = new Set(removed(agreed));
    if (removed(again.changes).every((address) => known.has(address))) return true;
    view.lines(describeChanges(again, isDestroy));
    return assumeYes || (await view.confirm(this.#question));
  }

  /** @returns how terraform failed; null when it did not. */
  async #apply(changes: PlannedChange[]): Promise<({ error: TerraformError } & Progress) | null> {
    const { folder, terraform, target, view } = this.#deployment;
    await target.drillHooks.beforeApply(folder.terraformDir);
    const done = new Set<string>();
    try {
      await view.phase(this.#request.isDestroy ? "Remove" : "Apply", (progress) =>
        terraform.apply(this.planFile, (event) => showResource(event, progress, done, changes.length)),
      );
      return null;
    } catch (error) {
      if (!(error instanceof TerraformError)) throw error;
      return { error, done: done.size, planned: changes.length };
    }
  }

  /** Takes resources that exist already into the state, if they all lie in our own group. */
  async #adopt(error: TerraformError, changes: PlannedChange[]): Promise<boolean> {
    const { terraform, view } = this.#deployment;
    const found = error.run.errors.flatMap(({ summary, detail, address }) => {
      const id = `${summary}\n${detail}`.match(/ID "([^"]+)" already exists[\s\S]*needs to be imported/)?.[1];
      return id === undefined || address === null ? [] : [{ id, address }];
    });
    if (found.length === 0) return false;
    const group = changes.find((it) => it.address === GROUP_ADDRESS)?.name ?? (await this.#knownGroup());
    if (group === null || !found.every(({ id }) => isInGroup(id, group))) return false;
    for (const { id, address } of found) {
      await view.phase(`Adopt ${address}, which an interrupted run left`, () => terraform.import(address, id));
    }
    return true;
  }

  async #knownGroup(): Promise<string | null> {
    const name = (await this.#deployment.terraform.outputs())["resource_group"];
    return typeof name === "string" ? name : null;
  }

  /** What to show instead of `error`; `progress` says how far an apply came. */
  explain(error: unknown, progress: Progress = { done: 0, planned: 0 }): unknown {
    if (error instanceof InterruptedError) return error;
    const { signal } = this.#deployment;
    if (!signal.aborted) {
      return error instanceof TerraformError
        ? explainTerraformError(error, this.#deployment.facts({ ...this.#facts, ...progress }))
        : error;
    }
    const { done, planned } = progress;
    const { isDestroy } = this.#request;
    return new InterruptedError(isDestroy ? "remove" : "provision", signal, {
      message:
        planned === 0
          ? "Stopped before anything was changed."
          : `Stopped. ${done} of ${planned} resources were finished and are recorded in the state.`,
      hint: isDestroy
        ? hint`Run ${sameKit("down")} again to go on.`
        : hint`Go on with ${sameKit("up")} and the same options, or remove all with ${sameKit("down")}.`,
      cause: error,
    });
  }

  get #question(): string {
    return this.#request.isDestroy ? "Remove all of this?" : "Make these changes in Azure?";
  }
}

// The module puts everything into its own group; what lies elsewhere is not ours.
function isInGroup(id: string, resourceGroup: string): boolean {
  return `${id}/`.toLowerCase().includes(`/resourcegroups/${resourceGroup.toLowerCase()}/`);
}

function showResource(event: TerraformEvent, progress: PhaseProgress, done: Set<string>, planned: number): void {
  if (event.kind !== "resource") return;
  const { stage, address, action, elapsedSeconds } = event;
  if (stage === "completed") {
    done.add(address);
    progress.note(`${action} ${address} (${elapsedSeconds} s)`);
  } else if (stage === "failed") progress.note(`failed: ${action} ${address}`);
  else
    progress.say(
      `${done.size}/${planned} · ${action} ${address} ${elapsedSeconds > 0 ? `${elapsedSeconds} s` : ""}`.trim(),
    );
}

const SIGN = { create: "+", update: "~", replace: "±", delete: "-" } as const;

function describeChanges({ changes, variables }: Planned, isDestroy: boolean): Hint[] {
  const rows = changes.map(({ action, label, name, address, attributes }) => {
    const what = `  ${SIGN[action]} ${label.padEnd(34)} ${name ?? address}`;
    return attributes.length === 0 ? what : `${what}  (${attributes.join(", ")})`;
  });
  const counts = (["create", "update", "replace", "delete"] as const)
    .map((action) => [action, changes.filter((it) => it.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  const notes = isDestroy ? [] : ["", ...costNotes(variables).map((note) => hint`  ${note}`)];
  return [`Plan: ${counts.join(", ")}.`, ...rows, ...notes];
}
