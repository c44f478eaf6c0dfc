// On Flex Consumption, azurerm writes a connection string without a key next to the settings of identity-based storage, and the
// host uses the broken one (hashicorp/terraform-provider-azurerm, issues 29149 and 33211). azurerm hides that setting when it reads
// the app, so terraform can neither remove it nor notice that it is gone.

import type { ArmClient } from "../adapters/azure/arm.ts";
import { listAppSettings, saveAppSettings } from "../adapters/azure/function-app.ts";
import type { Deployment } from "./deployment.ts";
import type { DeploymentOutputs } from "./outputs.ts";

const CONNECTIONS = ["AzureWebJobsStorage", "DEPLOYMENT_STORAGE_CONNECTION_STRING"];
const BY_IDENTITY = "AzureWebJobsStorage__accountName";

/** The settings without connection strings that contain no key; null if there is nothing to repair. */
export function withoutKeylessConnections(settings: Readonly<Record<string, string>>): Record<string, string> | null {
  if (settings[BY_IDENTITY] === undefined) return null;
  const broken = CONNECTIONS.filter((name) => settings[name] !== undefined && !/AccountKey=[^;]+/.test(settings[name]));
  if (broken.length === 0) return null;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !broken.includes(name)));
}

/** Removes them from the app. Only its settings show whether an identity opens the storage, because any file may set the variable. */
export async function repairStorage(deployment: Deployment, { appId, plan }: DeploymentOutputs): Promise<void> {
  if (plan !== "flex") return;
  const { azure, view } = deployment;
  const wasBroken = await deployment.interruptible("provision", () => removeKeylessConnections(azure.arm, appId));
  if (wasBroken)
    view.lines(["Removed the storage setting without a key: the app accesses its storage with its identity."]);
}

/** @returns whether something was removed. */
async function removeKeylessConnections(arm: ArmClient, appId: string): Promise<boolean> {
  const repaired = withoutKeylessConnections(await listAppSettings(arm, appId));
  if (repaired === null) return false;
  await saveAppSettings(arm, appId, repaired);
  return true;
}
