// The state as printed by `terraform state pull`: format 4, which Terraform has written since 0.12.
// Source: hashicorp/terraform, internal/states/statefile/version4.go.

import { isRecord, OperationError } from "@same-kit/shared";

export type StateResource = {
  /** `azurerm_storage_container.package[0]`. */
  address: string;
  type: string;
  /** The provider's ID; in Azure the resource ID. */
  id: string;
  name: string | null;
  location: string | null;
  tags: Readonly<Record<string, string>>;
};

export type TerraformState = {
  /** The managed resources, with their identifying attributes only: some others are secrets. */
  resources: StateResource[];
  /** The output of that name: the deployment's mark, which exists even if an apply has recorded nothing else. */
  deploymentId: string | null;
};

/** @throws OperationError `ERR_PROVISION_STATE_DAMAGED` if the text is not a state. */
export function parseState(text: string): TerraformState {
  if (text.trim() === "") return { resources: [], deploymentId: null }; // Nothing has been applied yet.
  const state = parseJson(text);
  if (!isRecord(state) || !Array.isArray(state["resources"])) throw stateDamaged("it contains no list of resources");
  const resources = state["resources"].filter(isRecord).flatMap(({ mode, module, type, name, instances }) => {
    if (mode !== "managed" || !Array.isArray(instances)) return [];
    const address = `${module === undefined ? "" : `${String(module)}.`}${String(type)}.${String(name)}`;
    return instances.filter(isRecord).map((instance) => toResource(address, String(type), instance));
  });
  const outputs = isRecord(state["outputs"]) ? state["outputs"] : {};
  const mark = isRecord(outputs["deployment_id"]) ? outputs["deployment_id"]["value"] : null;
  return { resources, deploymentId: typeof mark === "string" ? mark : null };
}

function toResource(address: string, type: string, instance: Record<string, unknown>): StateResource {
  const { index_key: key, attributes } = instance;
  const values = isRecord(attributes) ? attributes : {};
  const text = (name: string) => (typeof values[name] === "string" ? (values[name] as string) : null);
  const tags = isRecord(values["tags"]) ? values["tags"] : {};
  return {
    address: key === undefined ? address : `${address}[${JSON.stringify(key)}]`,
    type,
    id: text("id") ?? "",
    name: text("name"),
    location: text("location"),
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw stateDamaged((error as Error).message);
  }
}

/** @param why - A clause without a full stop. */
export function stateDamaged(why: string): OperationError<"ERR_PROVISION_STATE_DAMAGED"> {
  return new OperationError({
    code: "ERR_PROVISION_STATE_DAMAGED",
    message: `Terraform's state is damaged: ${why}. Nothing was changed.`,
    hint: "Restore it from a backup: `terraform.tfstate.backup` is beside a local state, and a shared state has versions in its storage. The resources in Azure are not affected.",
  });
}
