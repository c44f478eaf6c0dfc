import { existsSync } from "node:fs";
import { hint, sameKit, type UsageError } from "@same-kit/shared";
import { type AppAddress, parseAppAddress } from "../adapters/app/app-address.ts";
import { DEFAULT_ENVIRONMENT, environmentFolder } from "../deployment/environment.ts";
import { loadOutputs } from "../deployment/outputs.ts";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import { resolveStateDir } from "./shared-options.ts";

export type AddressOptions = {
  "host-name": string | undefined;
  "use-http": boolean;
  key: string | undefined;
  env: string | undefined;
  "state-dir": string | undefined;
};

/**
 * The app that `--host-name` or `--env` names; without either, the app of the default environment.
 *
 * @param given - The options that were given as flags: a flag takes precedence over a variable for the other option.
 * @throws UsageError `ERR_USAGE`, `ERR_ENVIRONMENT_NAME`; OperationError `ERR_NOT_DEPLOYED`.
 */
export async function findAddress(
  options: AddressOptions,
  given: Readonly<Record<string, unknown>>,
  cwd: string,
): Promise<AppAddress> {
  const { "host-name": host, "use-http": useHttp, key: accessKey = null, env, "state-dir": place } = options;
  const isEnvironmentMeant = given["env"] !== undefined && given["host-name"] === undefined;
  if (host !== undefined && !isEnvironmentMeant) return parseAppAddress(host, { useHttp, accessKey });
  const folder = environmentFolder(resolveStateDir(place, cwd), env ?? DEFAULT_ENVIRONMENT, false);
  if (env === undefined && !existsSync(folder.outputsFile)) throw noApp();
  const outputs = await loadOutputs(folder);
  return { url: `https://${outputs.hostName}`, accessKey: accessKey ?? outputs.accessKey };
}

function noApp(): UsageError<ToolkitErrorCode> {
  return usageError(
    `No app is specified, and no environment "${DEFAULT_ENVIRONMENT}" is deployed from this folder.`,
    hint`Specify its address with --host-name, or a deployment with --env; ${sameKit("up")} creates one. ${sameKit("local run")} needs none.`,
  );
}
