import { isRecord } from "@same-kit/shared";
import type { ResourceChange } from "./terraform.ts";

export type PlannedChange = {
  action: "create" | "update" | "replace" | "delete";
  address: string;
  type: string;
  /** Its kind in words, such as `Storage account`. */
  label: string;
  /** Its current or future name in Azure; null if it has none. */
  name: string | null;
  /** Names of the changing attributes; for a replacement, of those that force it. Values are omitted: some are secrets. */
  attributes: string[];
  /** Whether an interrupted run left it incomplete, so that it is replaced. */
  isHalfMade: boolean;
};

// Only orders the resources that depend on the plan; it does not exist in Azure.
const UNSEEN = "terraform_data.hosting";

const LABELS: Record<string, string> = {
  azurerm_resource_group: "Resource group",
  azurerm_storage_account: "Storage account",
  azurerm_storage_container: "Storage container",
  azurerm_log_analytics_workspace: "Log Analytics workspace",
  azurerm_application_insights: "Application Insights",
  azurerm_service_plan: "Service plan",
  azurerm_function_app_flex_consumption: "Function app (Flex Consumption)",
  azurerm_linux_function_app: "Function app (Linux)",
  azurerm_user_assigned_identity: "Managed identity",
  azurerm_role_assignment: "Role assignment",
  terraform_data: "Access key",
};

/** What a saved plan would change, in terraform's order; reads and unchanged resources are omitted. */
export function summarizePlan(changes: readonly ResourceChange[]): PlannedChange[] {
  return changes.flatMap(({ address, type, change, action_reason }) => {
    const action = toAction(change.actions);
    if (action === null || address === UNSEEN) return [];
    const known = change.after ?? change.before;
    const name = typeof known?.["name"] === "string" ? known["name"] : null;
    const isHalfMade = action_reason === "replace_because_tainted";
    const attributes = attributesOf(action, change);
    return [{ action, address, type, label: LABELS[type] ?? type, name, attributes, isHalfMade }];
  });
}

function toAction(actions: readonly string[]): PlannedChange["action"] | null {
  if (actions.length === 2) return "replace";
  const [only] = actions;
  return only === "create" || only === "update" || only === "delete" ? only : null;
}

/** Changes made outside of terraform. If a provider reads an absent list back as an empty one, this is not a change. */
export function summarizeDrift(
  drift: readonly ResourceChange[],
): { address: string; action: PlannedChange["action"] }[] {
  return drift.flatMap(({ address, change }) => {
    const action = toAction(change.actions);
    const isChanged = JSON.stringify(withoutEmpty(change.before)) !== JSON.stringify(withoutEmpty(change.after));
    return action !== null && isChanged ? [{ address, action }] : [];
  });
}

/** Null for a value without content; empty fields are omitted. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(withoutEmpty);
  if (!isRecord(value)) return value === "" ? null : value;
  const entries = Object.entries(value).map(([name, field]) => [name, withoutEmpty(field)] as const);
  const held = entries.filter(([, field]) => field !== null).sort(([a], [b]) => (a < b ? -1 : 1));
  return held.length === 0 ? null : Object.fromEntries(held);
}

function attributesOf(action: PlannedChange["action"], change: ResourceChange["change"]): string[] {
  if (action === "replace") return [...new Set((change.replace_paths ?? []).map(([first]) => String(first)))].sort();
  return action === "update" ? changedAttributes(change) : [];
}

/** Ignores values that are known only after the apply: an update changes few of them. */
function changedAttributes({ before, after, after_unknown: unknown = {} }: ResourceChange["change"]): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const isChanged = (name: string) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]);
  return [...names].filter((name) => unknown[name] !== true && isChanged(name)).sort();
}
