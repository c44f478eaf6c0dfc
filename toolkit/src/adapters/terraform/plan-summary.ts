import type { ResourceChange } from "./terraform.ts";

export type PlannedChange = {
  action: "create" | "update" | "replace" | "delete";
  address: string;
  /** What a person calls it, such as `Storage account`. */
  label: string;
  /** The name it has or gets in Azure; null for what has none. */
  name: string | null;
  /** Names of the attributes that change; empty unless updated or replaced. Values are left out: some are secrets. */
  attributes: string[];
};

const LABELS: Record<string, string> = {
  azurerm_resource_group: "Resource group",
  azurerm_storage_account: "Storage account",
  azurerm_storage_container: "Storage container",
  azurerm_log_analytics_workspace: "Log Analytics workspace",
  azurerm_application_insights: "Application Insights",
  azurerm_service_plan: "Service plan",
  azurerm_function_app_flex_consumption: "Function app (Flex Consumption)",
  azurerm_linux_function_app: "Function app (Linux)",
  azurerm_role_assignment: "Role assignment",
  terraform_data: "Access key",
};

/** What a saved plan would change, in terraform's order; reads and unchanged resources are left out. */
export function summarizePlan(changes: readonly ResourceChange[]): PlannedChange[] {
  return changes.flatMap(({ address, type, change }) => {
    const action = toAction(change.actions);
    if (action === null) return [];
    const known = change.after ?? change.before;
    const name = typeof known?.["name"] === "string" ? known["name"] : null;
    const attributes = action === "update" || action === "replace" ? changedAttributes(change) : [];
    return [{ action, address, label: LABELS[type] ?? type, name, attributes }];
  });
}

function toAction(actions: readonly string[]): PlannedChange["action"] | null {
  if (actions.length === 2) return "replace";
  const [only] = actions;
  return only === "create" || only === "update" || only === "delete" ? only : null;
}

function changedAttributes({ before, after }: ResourceChange["change"]): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name])).sort();
}
