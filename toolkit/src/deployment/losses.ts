import { hint, sameKit, UsageError } from "@same-kit/shared";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";

// What is lost with each type of resource. Types that are not listed hold no data: a role, an identity, a key that is rotated on purpose.
const LOST_WITH: Readonly<Record<string, string>> = {
  azurerm_resource_group: "everything in it",
  azurerm_storage_account: "the history of all runs, their sessions and files, and the published package",
  azurerm_storage_container: "the published package",
  azurerm_log_analytics_workspace: "the logs",
  azurerm_application_insights: "the link to earlier logs",
  azurerm_service_plan: "no data, but the app does not run until it is published again",
  azurerm_function_app_flex_consumption: "the app's host keys, and its host name if Azure assigns a new one",
  azurerm_linux_function_app: "the app's host keys, and its host name if Azure assigns a new one",
};

/**
 * What a plan would permanently delete, one text per resource.
 *
 * @param options.hasPublished - False: no package was ever published from here. If the plan also creates the app, nothing
 *   can have run yet, and resources that an interrupted run left incomplete hold no data.
 */
export function lossesOf(changes: readonly PlannedChange[], { hasPublished = true } = {}): string[] {
  const isFirstApp = !hasPublished && changes.some(({ action, type }) => action === "create" && isApp(type));
  return changes.flatMap(({ action, address, type, label, name, isHalfMade }) => {
    const lost = LOST_WITH[type];
    const isRemoved = action === "delete" || action === "replace";
    if (!isRemoved || lost === undefined || (isFirstApp && isHalfMade)) return [];
    return [`${label} ${name ?? address}: ${lost}`];
  });
}

const isApp = (type: string): boolean => type.includes("_function_app");

/** `--yes` confirms changes, but not the loss of data. */
export function deletionNotAllowed(losses: readonly string[]): UsageError {
  return new UsageError({
    code: "ERR_DELETION_NOT_ALLOWED",
    message: `This plan permanently deletes data, which --yes does not confirm: ${losses.join("; ")}. Nothing was changed.`,
    hint: hint`To confirm, run ${sameKit("up", "--yes", "--allow-delete")} and the same options; ${sameKit("up", "--plan")} shows the plan.`,
  });
}
