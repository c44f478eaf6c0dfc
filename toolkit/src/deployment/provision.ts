import { rm } from "node:fs/promises";
import path from "node:path";
import { costNotes } from "../adapters/terraform/cost-notes.ts";
import { type PlannedChange, summarizePlan } from "../adapters/terraform/plan-summary.ts";
import { type Terraform, TerraformError } from "../adapters/terraform/terraform.ts";
import type { TerraformDiagnostic, TerraformEvent } from "../adapters/terraform/ui-events.ts";
import {
  type DeploymentFacts,
  explainTerraformError,
  firstSentence,
  requireDeclared,
  textOf,
} from "./explain-terraform.ts";
import { InterruptedError } from "./interrupted.ts";
import type { DeploymentView, DrillHooks, PhaseProgress } from "./ports.ts";
import type { TerraformSession } from "./session.ts";

export type ProvisionOptions = {
  session: TerraformSession;
  facts: Omit<DeploymentFacts, "done" | "planned">;
  isDestroy: boolean;
  /** Only show what would be done. */
  planOnly: boolean;
  assumeYes: boolean;
  /** Called with what is about to be done, once it is agreed to. */
  onApply: (changes: PlannedChange[]) => Promise<void>;
  drillHooks: DrillHooks;
  view: DeploymentView;
  signal: AbortSignal;
};

export type ProvisionResult = { kind: "unchanged" | "planned" | "declined" | "applied"; changes: PlannedChange[] };

const PLAN_FILE = "same-kit.tfplan";
const MAX_ADOPTIONS = 12;
const GROUP_ADDRESS = "azurerm_resource_group.this";

/** Plans, asks, applies. A saved plan holds every secret in clear: it is removed however this ends. */
export async function provision(options: ProvisionOptions): Promise<ProvisionResult> {
  const planFile = path.join(options.facts.terraformDir, PLAN_FILE);
  try {
    const planned = await plan(planFile, options);
    if (planned === null) return { kind: "unchanged", changes: [] };
    const { changes } = planned;
    options.view.lines(describeChanges(planned, options.isDestroy));
    if (options.planOnly) return { kind: "planned", changes };
    if (!options.assumeYes && !(await options.view.confirm(question(options)))) return { kind: "declined", changes };
    await options.onApply(changes);
    const kind = await applyUntilSettled(planFile, changes, withFacts(options, planned.variables));
    return { kind, changes };
  } catch (error) {
    throw explain(error, options, { done: 0, planned: 0 });
  } finally {
    await rm(planFile, { force: true });
  }
}

type Planned = { changes: PlannedChange[]; variables: Record<string, unknown> };

/** @returns null where nothing would change. */
async function plan(planFile: string, options: ProvisionOptions): Promise<Planned | null> {
  const { session, view, isDestroy } = options;
  await options.drillHooks.beforePlan(options.facts.terraformDir);
  return view.phase(isDestroy ? "Plan the removal" : "Plan", async (progress) => {
    const warnings: TerraformDiagnostic[] = [];
    session.listen((event) => {
      if (event.kind === "drift") progress.note(`changed outside: ${event.address} (${event.action})`);
      if (event.kind === "diagnostic" && event.diagnostic.severity === "warning") warnings.push(event.diagnostic);
    });
    const hasChanges = await session.terraform.plan(planFile, { destroy: isDestroy });
    requireDeclared(warnings);
    for (const { summary, detail } of warnings) progress.note(`warning: ${summary}. ${firstSentence(detail)}`);
    if (!hasChanges) return null;
    const { changes, variables } = await session.terraform.showPlan(planFile);
    return { changes: summarizePlan(changes), variables };
  });
}

/** Region and plan may come from a variable file: only the plan tells them. */
function withFacts(options: ProvisionOptions, { location, plan }: Record<string, unknown>): ProvisionOptions {
  const facts = { ...options.facts, location: String(location ?? ""), plan: String(plan ?? "") };
  return { ...options, facts };
}

/**
 * Applies; what stands in the way and heals by itself is healed here: a plan that became stale is made again once, and
 * resources of an interrupted run are adopted. Should the plan after that remove what nobody agreed to, it is asked again.
 */
async function applyUntilSettled(
  planFile: string,
  agreed: PlannedChange[],
  options: ProvisionOptions,
): Promise<"applied" | "declined"> {
  let planned = agreed;
  let wasStale = false;
  for (let adoptions = 0; ; ) {
    const failure = await apply(planFile, planned, options);
    if (failure === null) return "applied";
    const isStale = /Saved plan is stale/.test(textOf(failure.error));
    if (isStale && !wasStale) wasStale = true;
    else if (adoptions < MAX_ADOPTIONS && (await adopt(failure.error, agreed, options))) adoptions += 1;
    else throw explain(failure.error, options, failure);
    const again = await plan(planFile, options);
    if (again === null) return "applied";
    if (!(await isAgreed(again, agreed, options))) return "declined";
    planned = again.changes;
  }
}

async function isAgreed(again: Planned, agreed: PlannedChange[], options: ProvisionOptions): Promise<boolean> {
  const removed = (changes: PlannedChange[]) =>
    changes.filter(({ action }) => action === "delete" || action === "replace").map(({ address }) => address);
  const known = new Set(removed(agreed));
  if (removed(again.changes).every((address) => known.has(address))) return true;
  options.view.lines(describeChanges(again, options.isDestroy));
  return options.assumeYes || (await options.view.confirm(question(options)));
}

type ApplyFailure = { error: TerraformError; done: number; planned: number };

/** @returns how terraform failed; null when it did not. */
async function apply(
  planFile: string,
  changes: PlannedChange[],
  options: ProvisionOptions,
): Promise<ApplyFailure | null> {
  const { session, view, isDestroy } = options;
  await options.drillHooks.beforeApply(options.facts.terraformDir);
  const done = new Set<string>();
  try {
    await view.phase(isDestroy ? "Remove" : "Apply", async (progress) => {
      session.listen((event) => showResource(event, progress, done, changes.length));
      await session.terraform.apply(planFile);
    });
    return null;
  } catch (error) {
    if (!(error instanceof TerraformError)) throw error;
    return { error, done: done.size, planned: changes.length };
  }
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

/** Takes resources that exist already into the state, if they all lie in our own group. */
async function adopt(error: TerraformError, changes: PlannedChange[], options: ProvisionOptions): Promise<boolean> {
  const found = error.run.errors.flatMap(({ summary, detail, address }) => {
    const id = `${summary}\n${detail}`.match(/ID "([^"]+)" already exists[\s\S]*needs to be imported/)?.[1];
    return id === undefined || address === null ? [] : [{ id, address }];
  });
  if (found.length === 0) return false;
  const { terraform } = options.session;
  const group = changes.find((it) => it.address === GROUP_ADDRESS)?.name ?? (await knownGroup(terraform));
  if (group === null || !found.every(({ id }) => isInGroup(id, group))) return false;
  for (const { id, address } of found) {
    await options.view.phase(`Adopt ${address}, which an interrupted run left`, () => terraform.import(address, id));
  }
  return true;
}

async function knownGroup(terraform: Terraform): Promise<string | null> {
  const name = (await terraform.outputs())["resource_group"];
  return typeof name === "string" ? name : null;
}

// The module puts everything into its own group; what lies elsewhere is somebody else's.
function isInGroup(id: string, resourceGroup: string): boolean {
  return `${id}/`.toLowerCase().includes(`/resourcegroups/${resourceGroup.toLowerCase()}/`);
}

function explain(error: unknown, options: ProvisionOptions, progress: { done: number; planned: number }): unknown {
  if (error instanceof InterruptedError) return error;
  const { done, planned } = progress;
  if (!options.signal.aborted) {
    return error instanceof TerraformError ? explainTerraformError(error, { ...options.facts, done, planned }) : error;
  }
  return new InterruptedError(options.isDestroy ? "remove" : "provision", options.signal, {
    message:
      planned === 0
        ? "Stopped before anything was changed."
        : `Stopped. ${done} of ${planned} resources were finished and are recorded in the state.`,
    hint: options.isDestroy
      ? "Run `same-kit down` again to go on."
      : "Go on with `same-kit up` and the same options, or remove all with `same-kit down`.",
    cause: error,
  });
}

const SIGN = { create: "+", update: "~", replace: "±", delete: "-" } as const;

function describeChanges({ changes, variables }: Planned, isDestroy: boolean): string[] {
  const rows = changes.map(({ action, label, name, address, attributes }) => {
    const what = `  ${SIGN[action]} ${label.padEnd(34)} ${name ?? address}`;
    return attributes.length === 0 ? what : `${what}  (${attributes.join(", ")})`;
  });
  const counts = (["create", "update", "replace", "delete"] as const)
    .map((action) => [action, changes.filter((it) => it.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  const notes = isDestroy ? [] : ["", ...costNotes(variables).map((note) => `  ${note}`)];
  return [`Plan: ${counts.join(", ")}.`, ...rows, ...notes];
}

function question({ isDestroy }: ProvisionOptions): string {
  return isDestroy ? "Remove all of this?" : "Make these changes in Azure?";
}
