import { OperationError } from "@same-kit/shared";
import type { ManagementAddress } from "../adapters/app/management-client.ts";
import { listHostKeys } from "../adapters/azure/function-app.ts";
import type { CommandContext } from "../command-context.ts";
import { signedInTo } from "../compose/compose-sign-in.ts";
import { explainingNetwork } from "../compose/explain-network.ts";
import { environmentFolder } from "../deployment/environment.ts";
import { loadOutputs, subscriptionOf } from "../deployment/outputs.ts";
import type { ToolkitErrorCode } from "../errors.ts";

const DURABLE_KEY = "durabletask_extension";

/**
 * The management API of a deployment's app. Without a key, it is read from Azure.
 *
 * @throws OperationError `ERR_NOT_DEPLOYED`; `ERR_APP_UNAUTHORIZED` if the app has no key yet; errors of the sign-in.
 */
export async function findDeployedApp(
  env: string,
  { stateDir, managementKey }: { stateDir: string; managementKey: string | null },
  context: CommandContext,
): Promise<ManagementAddress> {
  const outputs = await loadOutputs(environmentFolder(stateDir, env, false));
  const url = `https://${outputs.hostName}`;
  if (managementKey !== null) return { url, managementKey };
  return explainingNetwork(async () => {
    const { arm } = await signedInTo(subscriptionOf(outputs), context);
    const { systemKeys } = await listHostKeys(arm, outputs.appId);
    return { url, managementKey: managementKeyIn(systemKeys, outputs.appName) };
  });
}

/** @throws OperationError `ERR_APP_UNAUTHORIZED` */
export function managementKeyIn(systemKeys: Readonly<Record<string, string>>, appName: string): string {
  const key = systemKeys[DURABLE_KEY];
  if (key !== undefined) return key;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_APP_UNAUTHORIZED",
    message: `${appName} has no key ${DURABLE_KEY} yet.`,
    hint: "The app creates it when it first runs an orchestration; or specify one with --management-key.",
  });
}
