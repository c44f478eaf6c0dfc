// The provider's own block: its validation, and the provider's first contact with Azure.
import { setTimeout as delay } from "node:timers/promises";
import { ArmClient } from "./arm-client.ts";
import { ArmError } from "./arm-error.ts";
import { resolveCredentials } from "./credentials.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { attributePath } from "./diagnostics.ts";
import type { ValueObject } from "./dynamic-value.ts";
import { findProblems, oneOf } from "./resources/checks.ts";
import { readAttribute } from "./resources/fields.ts";
import type { ApplyContext } from "./resources/kind.ts";

const API_VERSION = "2022-09-01";
const POLL_MS = 100;
const KEEPS_FILLED_GROUPS = "features.resource_group.prevent_deletion_if_contains_resources";
const RECOVER = "features.skip_import_check_on_create_and_allow_overwriting_existing_resources";

const CHECKS = [oneOf("resource_provider_registrations", ["core", "extended", "all", "none", "legacy"])];

/** What azurerm refuses in its block before it signs in. */
export function validateProvider(config: ValueObject): Diagnostic[] {
  const problems = findProblems(config, CHECKS);
  const refused = problems.map(
    ({ attribute, summary }): Diagnostic => ({ severity: "ERROR", summary, attribute: attributePath(attribute) }),
  );
  const { features } = config;
  if (!Array.isArray(features) || features.length > 0) return refused;
  const detail = 'The argument "features" is required, but no definition was found.';
  return [...refused, { severity: "ERROR", summary: "Missing required argument", detail }];
}

/** Signs in and registers the namespaces that the block lists. @throws Error in azurerm's words */
export async function configure(config: ValueObject, env: NodeJS.ProcessEnv): Promise<ApplyContext> {
  const arm = await ArmClient.connect(resolveCredentials(config, env));
  const namespaces = config["resource_providers_to_register"];
  if (Array.isArray(namespaces)) await registerNamespaces(arm, namespaces.map(String));
  return {
    arm,
    recover: readAttribute(config, RECOVER) === true,
    keepsFilledGroups: readAttribute(config, KEEPS_FILLED_GROUPS) !== false,
  };
}

async function registerNamespaces(arm: ArmClient, wanted: readonly string[]): Promise<void> {
  const states = await listStates(arm);
  const missing = wanted.filter((name) => states.has(name) && states.get(name) !== "Registered");
  await Promise.all(missing.map((namespace) => register(arm, namespace)));
}

/** Waits for the registration to finish, as azurerm does: nothing can be created in the namespace before. */
async function register(arm: ArmClient, namespace: string): Promise<void> {
  const path = `/subscriptions/${arm.subscriptionId}/providers/${namespace}`;
  await arm.post(`${path}/register`, API_VERSION);
  while ((await arm.get(path, API_VERSION))?.["registrationState"] !== "Registered") await delay(POLL_MS);
}

async function listStates(arm: ArmClient): Promise<Map<string, string>> {
  try {
    const { value } = await arm.list<{ namespace: string; registrationState: string }>(
      `/subscriptions/${arm.subscriptionId}/providers`,
      API_VERSION,
    );
    return new Map(value.map(({ namespace, registrationState }) => [namespace, registrationState]));
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    const message = `populating Resource Provider cache: listing Resource Providers: loading results: ${error.message}`;
    throw new Error(message, { cause: error });
  }
}
