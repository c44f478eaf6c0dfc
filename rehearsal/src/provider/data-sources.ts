import { readResource } from "./apply-resource.ts";
import type { ValueObject } from "./dynamic-value.ts";
import type { ApplyContext } from "./resources/kind.ts";
import { resourceGroup } from "./resources/resource-group.ts";

/** The few data sources that our module may use; host keys are read after the deployment, never in Terraform. */
export async function readDataSource(
  type: string,
  config: ValueObject,
  context: ApplyContext,
  env: NodeJS.ProcessEnv,
): Promise<ValueObject> {
  const { arm } = context;
  switch (type) {
    case "azurerm_client_config":
      return {
        ...config,
        id: "stand-in",
        client_id: env["ARM_CLIENT_ID"] ?? "",
        object_id: env["ARM_CLIENT_ID"] ?? "",
        subscription_id: arm.subscriptionId,
        tenant_id: env["ARM_TENANT_ID"] ?? "",
      };
    case "azurerm_resource_group": {
      const id = resourceGroup.idOf(config, arm.subscriptionId);
      const state = await readResource(resourceGroup, { ...config, id }, context);
      if (state === null) throw new Error(`Resource Group "${config["name"]}" was not found`);
      return state;
    }
    default:
      throw new Error(`the stand-in provider cannot read the data source ${type}; the real azurerm can`);
  }
}
