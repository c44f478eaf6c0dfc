// An app that is taken over keeps its access key; otherwise all its clients would be locked out.

import { ArmError } from "../adapters/azure/arm.ts";
import { listAppSettings } from "../adapters/azure/function-app.ts";
import type { SignedIn } from "../adapters/azure/sign-in.ts";
import type { PlannedChange } from "../adapters/terraform/plan-summary.ts";
import { groupIdOf } from "./found-resources.ts";

const KEY_SETTING = "SAME_ACCESS_KEY";
const KEY_TYPE = "terraform_data";
// The format that the module accepts.
const KEY = /^[0-9A-Za-z_-]{32,128}$/;

/**
 * The access key of the app that a plan would create, if that app already exists.
 *
 * @param group - The resource group that the plan takes over.
 * @returns null if a new key is needed: there is no such app, its settings cannot be read, or the state has a key.
 */
export async function findKeptKey(
  azure: SignedIn,
  group: string,
  changes: readonly PlannedChange[],
): Promise<string | null> {
  const created = changes.filter(({ action }) => action === "create");
  const app = created.find(({ type }) => type.includes("_function_app"))?.name ?? null;
  if (app === null || !created.some(({ type }) => type === KEY_TYPE)) return null;
  const id = `${groupIdOf(azure, group)}/providers/Microsoft.Web/sites/${app}`;
  const settings = await listAppSettings(azure.arm, id).catch((error: unknown) => {
    if (error instanceof ArmError && (error.status === 404 || error.status === 403)) return {};
    throw error;
  });
  const key = (settings as Record<string, string>)[KEY_SETTING];
  return key !== undefined && KEY.test(key) ? key : null;
}
