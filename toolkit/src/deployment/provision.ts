import { rm } from "node:fs/promises";
import path from "node:path";
import { hint, sameKit } from "@same-kit/shared";
import { type PlannedChange, summarizeDrift, summarizePlan } from "../adapters/terraform/plan-summary.ts";
import { TerraformError } from "../adapters/terraform/terraform-error.ts";
import type { TerraformDiagnostic, TerraformEvent } from "../adapters/terraform/ui-events.ts";
import type { PhaseProgress } from "../ports.ts";
import type { Deployment } from "./deployment.ts";
import { describePlan } from "./describe-plan.ts";
import { type DeploymentFacts, explainTerraformError, inOneLine, textOf } from "./explain-terraform.ts";
import { InterruptedError } from "./interrupted.ts";
import { findKeptKey } from "./kept-key.ts";
import { deletionNotAllowed, lossesOf } from "./losses.ts";
import { isRemoval, type Ownership } from "./ownership.ts";
import { requireDeclared } from "./variable-errors.ts";
import { updateVariables } from "./workspace.ts";

export type ProvisionRequest = {
  ownership: Ownership;
  isDestroy: boolean;
  /** Only show what would be done. */
  planOnly: boolean;
  /** `--yes`: confirms everything except the loss of data. */
  assumeYes: boolean;
  /** Confirms the loss of data that a plan lists; a removal needs no separate confirmation. */
  allowDelete: boolean;
  /** The facts for messages that are known before the plan. */
  facts: Partial<Pick<DeploymentFacts, "location" | "plan" | "variableFiles">>;
  /** `--rotate-key`: an app that is taken over gets a new access key too. */
  rotatesKey?: boolean;
  /** Called with the changes after they are confirmed. */
  onApply?: (changes: PlannedChange[]) => Promise<void>;
};

export type ProvisionResult = {
  /** `stopped`: a later plan was declined after something had been applied. */
  kind: "unchanged" | "planned" | "declined" | "stopped" | "applied";
  changes: PlannedChange[];
};

const PLAN_FILE = "same-kit.tfplan";
const TAKE_OVER = "Existing resources in it are imported instead of created, and the previous deployer is locked out.";
const MAX_ADOPTIONS = 12;

/** Plans, asks for confirmation, applies. A saved plan contains every secret in clear text, so it is always removed at the end. */
export async function provision(deployment: Deployment, request: ProvisionRequest): Promise<ProvisionResult> {
  const work = new Provisioning(deployment, request);
  try {
    return await work.run();
  } catch (error) {
    throw work.explain(error);
  } finally {
    await work.end();
  }
}

type Planned = { changes: PlannedChange[]; variables: Record<string, unknown> };

type Progress = { done: number; planned: number };

class Provisioning {
  readonly planFile: string;
  readonly #deployment: Deployment;
  readonly #request: ProvisionRequest;
  #facts: ProvisionRequest["facts"];
  /** Whether the plan contains the access key of the app that it takes over. */
  #keepsKey = false;

  constructor(deployment: Deployment, request: ProvisionRequest) {
    this.planFile = path.join(deployment.folder.terraformDir, PLAN_FILE);
    this.#deployment = deployment;
    this.#request = request;
    this.#facts = request.facts;
  }

  async run(): Promise<ProvisionResult> {
    const { planOnly, onApply } = this.#request;
    const first = await this.#plan();
    const planned =
      first !== null && (await this.#keepKey(first))
        ? await this.#plan("Plan again, with the app's access key")
        : first;
    if (planned === null) return { kind: "unchanged", changes: [] };
    const { changes, variables } = planned;
    this.#show(planned);
    if (planOnly) return { kind: "planned", changes };
    if (!(await this.#isAgreedTo(planned))) return { kind: "declined", changes };
    await this.#checkAgain(planned);
    await onApply?.(changes);
    // Region and plan may come from a variable file, so they are read from the plan.
    this.#facts = {
      ...this.#facts,
      location: String(variables["location"] ?? ""),
      plan: String(variables["plan"] ?? ""),
    };
    return { kind: await this.#applyUntilSettled(planned), changes };
  }

  /** Removes the files that contain secrets. */
  async end(): Promise<void> {
    await rm(this.planFile, { force: true });
    if (this.#keepsKey) await updateVariables(this.#deployment.folder, { access_key: undefined });
  }

  /** @returns whether the plan must be repeated, because the app that it takes over keeps its access key. */
  async #keepKey({ changes }: Planned): Promise<boolean> {
    const { ownership, rotatesKey = false } = this.#request;
    const group = ownership.takenOver;
    if (group === null || rotatesKey) return false;
    const { azure, folder } = this.#deployment;
    const key = await this.#deployment.interruptible("preflight", () => findKeptKey(azure, group, changes));
    if (key === null) return false;
    this.#keepsKey = true;
    await updateVariables(folder, { access_key: key });
    return true;
  }

  #show(planned: Planned): void {
    const { takenOver } = this.#request.ownership;
    const lines = describePlan(planned, this.#request.isDestroy);
    if (takenOver !== null) lines.push("", `Takes over the resource group ${takenOver}. ${TAKE_OVER}`);
    if (this.#keepsKey) lines.push("The app keeps its access key.");
    this.#deployment.view.lines(lines);
  }

  /** @throws UsageError `ERR_DELETION_NOT_ALLOWED` if only `--yes` confirms a loss. */
  async #isAgreedTo({ changes }: Planned): Promise<boolean> {
    const { isDestroy, assumeYes, allowDelete } = this.#request;
    const { view, journal } = this.#deployment;
    const losses = isDestroy || allowDelete ? [] : lossesOf(changes, { hasPublished: journal.published.length > 0 });
    if (losses.length > 0 && assumeYes) throw deletionNotAllowed(losses);
    if (!assumeYes && !(await view.confirm(isDestroy ? "Remove all of this?" : "Make these changes in Azure?")))
      return false;
    return losses.length === 0 || view.confirm(`Permanently delete: ${losses.join("; ")}?`);
  }

  /** A question may stay open for a long time, and the check before the plan may be outdated. */
  async #checkAgain({ changes, variables }: Planned): Promise<void> {
    const { isDestroy, ownership } = this.#request;
    await this.#deployment.interruptible("preflight", () =>
      isDestroy ? ownership.requireRemovable() : ownership.requireOwn(changes, variables),
    );
  }

  /** @returns null if nothing would change. */
  async #plan(title?: string): Promise<Planned | null> {
    const { isDestroy, ownership } = this.#request;
    const { folder, terraform, target, view } = this.#deployment;
    await target.drillHooks.beforePlan(folder.terraformDir);
    return view.phase(title ?? (isDestroy ? "Plan the removal" : "Plan"), async (progress) => {
      const warnings: TerraformDiagnostic[] = [];
      let hasDrift = false;
      const onEvent = (event: TerraformEvent) => {
        if (event.kind === "drift") hasDrift = true;
        if (event.kind === "diagnostic" && event.diagnostic.severity === "warning") warnings.push(event.diagnostic);
      };
      const hasChanges = await terraform.plan(this.planFile, { destroy: isDestroy, onEvent });
      requireDeclared(warnings, this.#facts.variableFiles ?? []);
      for (const { summary, detail } of warnings) progress.note(`warning: ${summary}. ${inOneLine(detail)}`);
      if (!hasChanges && !hasDrift) return null;
      const { changes: planned, drift, variables } = await terraform.showPlan(this.planFile);
      for (const { address, action } of summarizeDrift(drift)) progress.note(`changed outside: ${address} (${action})`);
      if (!hasChanges) return null;
      const changes = summarizePlan(planned);
      if (!isDestroy) await ownership.requireOwn(changes, variables);
      return { changes, variables };
    });
  }

  /**
   * Applies the plan. Two obstacles are removed automatically: a stale plan is created again once, and resources of an interrupted
   * run are adopted. If the plan after that removes something that was not confirmed, the user is asked again.
   */
  async #applyUntilSettled(first: Planned): Promise<"applied" | "stopped"> {
    let agreed = first;
    let planned = first;
    let wasStale = false;
    for (let adoptions = 0; ; ) {
      const failure = await this.#apply(planned.changes);
      if (failure === null) return "applied";
      const isStale = /Saved plan is stale/.test(textOf(failure.error));
      if (isStale && !wasStale) wasStale = true;
      else if (adoptions < MAX_ADOPTIONS && (await this.#adopt(failure.error, planned))) adoptions += 1;
      else throw this.explain(failure.error, failure);
      const again = await this.#plan();
      if (again === null) return "applied";
      const removed = new Set(agreed.changes.filter(isRemoval).map(({ address }) => address));
      if (again.changes.some((it) => isRemoval(it) && !removed.has(it.address))) {
        this.#show(again);
        if (!(await this.#isAgreedTo(again))) return "stopped";
        await this.#checkAgain(again);
        agreed = again;
      }
      planned = again;
    }
  }

  /** @returns how terraform failed; null if it succeeded. */
  async #apply(changes: PlannedChange[]): Promise<({ error: TerraformError } & Progress) | null> {
    const { folder, terraform, target, view } = this.#deployment;
    await target.drillHooks.beforeApply(folder.terraformDir);
    const done = new Set<string>();
    const planned = new Set(changes.map(({ address }) => address));
    try {
      await view.phase(this.#request.isDestroy ? "Remove" : "Apply", (progress) =>
        terraform.apply(this.planFile, (event) => showResource(event, progress, done, planned)),
      );
      return null;
    } catch (error) {
      if (!(error instanceof TerraformError)) throw error;
      return { error, done: done.size, planned: planned.size };
    }
  }

  /** Imports resources that already exist into the state, if all of them are ours. */
  async #adopt(error: TerraformError, { variables }: Planned): Promise<boolean> {
    const { terraform, view } = this.#deployment;
    const found = error.run.errors.flatMap(({ summary, detail, address }) => {
      const id = `${summary}\n${detail}`.match(/ID "([^"]+)" already exists[\s\S]*needs to be imported/)?.[1];
      return id === undefined || address === null ? [] : [{ id, address }];
    });
    if (found.length === 0) return false;
    const checked = await Promise.all(found.map(({ id }) => this.#request.ownership.mayImport(id, variables)));
    if (checked.includes(false)) return false;
    for (const { id, address } of found) {
      await view.phase(`Adopt ${address}, which already exists`, () => terraform.import(address, id));
    }
    return true;
  }

  /** The error to show instead of `error`; `progress` says how far an apply got. */
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
        ? hint`Run ${sameKit("down")} again to continue.`
        : hint`Continue with ${sameKit("up")} and the same options, or remove everything with ${sameKit("down")}.`,
      cause: error,
    });
  }
}

/** Only for changes that the plan has shown: terraform also processes resources that do not exist in Azure. */
function showResource(
  event: TerraformEvent,
  progress: PhaseProgress,
  done: Set<string>,
  planned: ReadonlySet<string>,
): void {
  if (event.kind !== "resource" || !planned.has(event.address)) return;
  const { stage, address, action, elapsedSeconds } = event;
  if (stage === "completed") {
    done.add(address);
    progress.note(`${action} ${address} (${elapsedSeconds} s)`);
  } else if (stage === "failed") progress.note(`failed: ${action} ${address}`);
  else
    progress.say(
      `${done.size}/${planned.size} · ${action} ${address} ${elapsedSeconds > 0 ? `${elapsedSeconds} s` : ""}`.trim(),
    );
}
