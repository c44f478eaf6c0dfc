import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type EnvironmentFolder, loadJson, savePrivately } from "./environment.ts";

/** Values of the module's variables, as JSON. */
export type TerraformVariables = Record<string, unknown>;

export type WorkspaceOptions = {
  /** The module that same-kit ships. */
  moduleDir: string;
  /** A file with a `terraform { backend … }` block, for a state that several machines share; null keeps what is there. */
  backendFile: string | null;
  /** These win over the files. */
  variables: TerraformVariables;
  variableFiles: readonly string[];
  /** The files win over these. */
  olderVariables: TerraformVariables;
  /** Replaces the lock file of the module; null: the module's, which a rehearsal does without. */
  lockFile: string | null;
  /** Where the provider comes from; another one needs another `init`. */
  providerIdentity: string;
};

export const LOCK_FILE = ".terraform.lock.hcl";
// Terraform reads these in the order of their names; a later one wins.
const OLDER_VARIABLES_FILE = "earlier.auto.tfvars.json";
const VARIABLES_FILE = "variables.auto.tfvars.json";

/** Terraform's messages name the copy: whose copy it is must be seen in it. */
function variableFileName(index: number, source: string): string {
  const extension = source.endsWith(".json") ? ".json" : "";
  const name = path.basename(source).replace(/(\.auto)?(\.tfvars)?(\.json)?$/, "");
  return `file-${String(index).padStart(2, "0")}-${name.replace(/[^\w.-]/g, "_")}.auto.tfvars${extension}`;
}
const BACKEND_FILE = "same-kit-backend.tf";

/**
 * Lays the module and the variables into the environment's own terraform folder, where the state lies too.
 *
 * @returns a fingerprint of what `terraform init` depends on.
 */
export async function prepareTerraformWorkspace(folder: EnvironmentFolder, options: WorkspaceOptions): Promise<string> {
  const { terraformDir } = folder;
  await mkdir(terraformDir, { recursive: true, mode: 0o700 });
  await removeOld(terraformDir);
  const names = (await readdir(options.moduleDir)).filter((name) => name.endsWith(".tf"));
  for (const name of names) await copyFile(path.join(options.moduleDir, name), path.join(terraformDir, name));
  if (options.backendFile !== null) await copyFile(options.backendFile, path.join(terraformDir, BACKEND_FILE));
  if (options.lockFile !== null) await writeFile(path.join(terraformDir, LOCK_FILE), options.lockFile);
  else if (!folder.isRehearsal) await copyIfThere(options.moduleDir, terraformDir, LOCK_FILE);
  for (const [index, source] of options.variableFiles.entries()) {
    await copyFile(source, path.join(terraformDir, variableFileName(index, source)));
  }
  await savePrivately(path.join(terraformDir, OLDER_VARIABLES_FILE), options.olderVariables);
  await savePrivately(path.join(terraformDir, VARIABLES_FILE), options.variables);
  return initFingerprint(folder, options, names);
}

/** Names of the variables that a module declares. */
export async function declaredVariables(moduleDir: string): Promise<string[]> {
  const text = await readFile(path.join(moduleDir, "variables.tf"), "utf8");
  return [...text.matchAll(/^variable "([^"]+)"/gm)].map(([, name = ""]) => name);
}

/** Changes some variables of a workspace that was prepared before. */
export async function updateTerraformVariables(folder: EnvironmentFolder, changes: TerraformVariables): Promise<void> {
  const file = path.join(folder.terraformDir, VARIABLES_FILE);
  const known = (await loadJson(file)) as TerraformVariables | null;
  if (known !== null) await savePrivately(file, { ...known, ...changes });
}

/** A file that is no longer there must not go on being applied; but without its backend the state would seem to be empty. */
async function removeOld(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const isOld = /\.(tf|auto\.tfvars|auto\.tfvars\.json)$/.test(name) && name !== BACKEND_FILE;
    if (isOld) await rm(path.join(dir, name));
  }
}

async function copyIfThere(from: string, to: string, name: string): Promise<void> {
  await copyFile(path.join(from, name), path.join(to, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function initFingerprint(
  { terraformDir }: EnvironmentFolder,
  options: WorkspaceOptions,
  names: readonly string[],
): Promise<string> {
  const backend = path.join(terraformDir, BACKEND_FILE);
  const hash = createHash("sha256");
  for (const name of [...names].sort()) hash.update(name).update(await readFile(path.join(options.moduleDir, name)));
  if (existsSync(backend)) hash.update(await readFile(backend));
  return withProvider(hash.digest("hex").slice(0, 32), options);
}

/** The fingerprint of the same module with the provider that is to be used now. */
export function withProvider(
  fingerprint: string,
  { lockFile, providerIdentity }: Pick<WorkspaceOptions, "lockFile" | "providerIdentity">,
): string {
  const [module = ""] = fingerprint.split(".");
  const provider = createHash("sha256")
    .update(lockFile ?? "")
    .update(providerIdentity);
  return `${module}.${provider.digest("hex").slice(0, 16)}`;
}
