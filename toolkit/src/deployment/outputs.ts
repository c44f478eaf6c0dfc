import { existsSync } from "node:fs";
import path from "node:path";
import { hint, isRecord, OperationError, readJson, sameKit, UsageError, writeJsonAtomic } from "@same-kit/shared";
import { type EnvironmentFolder, loadJson } from "./environment.ts";

/** The outputs of terraform for a deployment; `accessKey` is the only secret. */
export type DeploymentOutputs = {
  appName: string;
  hostName: string;
  appId: string;
  resourceGroup: string;
  plan: "flex" | "consumption" | "premium";
  storageAccount: string;
  accessKey: string;
};

const NAMES: Record<keyof DeploymentOutputs, string> = {
  appName: "app_name",
  hostName: "host_name",
  appId: "app_id",
  resourceGroup: "resource_group",
  plan: "plan",
  storageAccount: "storage_account",
  accessKey: "access_key",
};

/** The subscription of the app, which may not be the current one. */
export function subscriptionOf({ appId }: DeploymentOutputs): string | null {
  return /^\/subscriptions\/([^/]+)\//.exec(appId)?.[1] ?? null;
}

/** @throws OperationError `ERR_OUTPUTS_MISSING` that names the missing ones; after a failed apply, only some exist. */
export function parseOutputs(values: Record<string, unknown>): DeploymentOutputs {
  const missing = Object.values(NAMES).filter((name) => typeof values[name] !== "string" || values[name] === "");
  if (missing.length > 0) {
    throw new OperationError({
      code: "ERR_OUTPUTS_MISSING",
      message: `Terraform has no value for the output${missing.length > 1 ? "s" : ""} ${missing.join(", ")}.`,
      hint: hint`Run ${sameKit("up")} to finish the deployment; if you use your own module, add these outputs to it.`,
    });
  }
  const entries = Object.entries(NAMES).map(([key, name]) => [key, values[name]]);
  return Object.fromEntries(entries) as DeploymentOutputs;
}

/**
 * Reads a file with the output of `terraform output -json`.
 *
 * @throws UsageError `ERR_OUTPUTS_FILE` for any other content, OperationError `ERR_OUTPUTS_MISSING` like {@link parseOutputs}.
 */
export async function readTerraformOutputs(file: string): Promise<DeploymentOutputs> {
  const document = await readJson(file).catch(() => null);
  if (!isRecord(document) || !Object.values(document).every((output) => isRecord(output) && "value" in output)) {
    throw new UsageError({
      code: "ERR_OUTPUTS_FILE",
      message: `${file} is not what \`terraform output -json\` prints.`,
      hint: "Write it with `terraform output -json > FILE`, in the folder that terraform was applied in.",
    });
  }
  const values = Object.entries(document).map(([name, output]) => [name, (output as { value: unknown }).value]);
  return parseOutputs(Object.fromEntries(values));
}

export async function saveOutputs(folder: EnvironmentFolder, outputs: DeploymentOutputs): Promise<void> {
  await writeJsonAtomic(folder.outputsFile, outputs);
}

/** @throws OperationError `ERR_NOT_DEPLOYED` if there are none. */
export async function loadOutputs(folder: EnvironmentFolder): Promise<DeploymentOutputs> {
  const outputs = (await loadJson(folder.outputsFile)) as DeploymentOutputs | null;
  if (outputs !== null) return outputs;
  throw notDeployed(folder);
}

export function notDeployed(folder: EnvironmentFolder): OperationError {
  const wasRehearsed =
    !folder.isRehearsal && existsSync(path.join(`${folder.dir}.rehearsal`, path.basename(folder.outputsFile)));
  return new OperationError({
    code: "ERR_NOT_DEPLOYED",
    message: `The environment "${folder.name}" is not deployed from here: ${folder.dir} has no outputs.`,
    hint: hint`Run ${sameKit("up")}, or choose another --env.${wasRehearsed ? " It was only rehearsed: add --rehearse." : ""}`,
  });
}

/** The outputs that may be shown, under terraform's names: all except the access key. */
export function outputFields(outputs: DeploymentOutputs): Record<string, string> {
  const shown = Object.entries(NAMES).filter(([key]) => key !== "accessKey");
  return Object.fromEntries(shown.map(([key, name]) => [name, outputs[key as keyof DeploymentOutputs]]));
}
