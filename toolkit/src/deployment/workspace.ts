import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic, writeJsonAtomic } from "@same-kit/shared";
import { type EnvironmentFolder, loadJson } from "./environment.ts";

/** Values of the module's variables, as JSON. */
export type TerraformVariables = Record<string, unknown>;

type ModuleOptions = {
  /** The module that same-kit ships. */
  moduleDir: string;
  /** A file with a `terraform { backend … }` block, for a state that several machines share; null keeps the current one. */
  backendFile: string | null;
  /** Replaces the lock file of the module; null: the module's, which a rehearsal does not use. */
  lockFile: string | null;
  /** Where the provider comes from; another one needs another `init`. */
  providerIdentity: string;
};

type VariableSources = {
  /** They override the files. */
  variables: TerraformVariables;
  variableFiles: readonly string[];
  /** The files override them. */
  olderVariables: TerraformVariables;
};

export const LOCK_FILE = ".terraform.lock.hcl";
// Terraform reads these in the order of their names; a later one takes precedence.
const OLDER_VARIABLES_FILE = "earlier.auto.tfvars.json";
const VARIABLES_FILE = "variables.auto.tfvars.json";

/** Terraform's messages name the copy, so its name must identify the original. */
function variableFileName(index: number, source: string): string {
  const extension = source.endsWith(".json") ? ".json" : "";
  const name = path.basename(source).replace(/(\.auto)?(\.tfvars)?(\.json)?$/, "");
  return `file-${String(index).padStart(2, "0")}-${name.replace(/[^\w.-]/g, "_")}.auto.tfvars${extension}`;
}

/** `text` with the names that the variable files have outside of the workspace. */
export function originalNames(text: string, variableFiles: readonly string[]): string {
  const copy = /file-(\d{2,})-[\w.-]+?\.auto\.tfvars(\.json)?/g;
  return text.replace(copy, (name, index: string) => variableFiles[Number(index)] ?? name);
}

const BACKEND_FILE = "same-kit-backend.tf";
const PROVIDER_FILE = "provider.tf";

/**
 * Copies the module into the environment's own terraform folder, which also contains the state.
 *
 * @returns a fingerprint of what `terraform init` depends on.
 */
export async function layOutModule(folder: EnvironmentFolder, options: ModuleOptions): Promise<string> {
  const { terraformDir } = folder;
  await mkdir(terraformDir, { recursive: true, mode: 0o700 });
  // A deleted file must not be applied any more. The backend file is kept: without it, the state would seem to be empty.
  await removeFiles(terraformDir, (name) => name.endsWith(".tf") && name !== BACKEND_FILE);
  const sources = await moduleFiles(options.moduleDir);
  for (const source of sources) await copyFile(source, path.join(terraformDir, path.basename(source)));
  if (options.backendFile !== null) await copyFile(options.backendFile, path.join(terraformDir, BACKEND_FILE));
  if (options.lockFile !== null) await writeFile(path.join(terraformDir, LOCK_FILE), options.lockFile);
  else if (!folder.isRehearsal) await copyIfThere(standaloneDir(options.moduleDir), terraformDir, LOCK_FILE);
  return initFingerprint(folder, options, sources);
}

const isVariables = (name: string): boolean => /\.auto\.tfvars(\.json)?$/.test(name);

/**
 * Replaces the variables of the next plan.
 *
 * @returns A function that restores the earlier ones: a removal is planned with existing values, and must not fail for values that
 *   were never applied. The first values are kept, because nothing else says where the resources of a shared state are.
 */
export async function writeVariables(
  { terraformDir }: EnvironmentFolder,
  sources: VariableSources,
): Promise<() => Promise<void>> {
  const names = (await readdir(terraformDir)).filter(isVariables);
  const earlier = await Promise.all(names.map((name) => readFile(path.join(terraformDir, name))));
  await removeFiles(terraformDir, isVariables);
  for (const [index, source] of sources.variableFiles.entries()) {
    await copyFile(source, path.join(terraformDir, variableFileName(index, source)));
  }
  await writeJsonAtomic(path.join(terraformDir, OLDER_VARIABLES_FILE), sources.olderVariables);
  await writeJsonAtomic(path.join(terraformDir, VARIABLES_FILE), sources.variables);
  return async () => {
    if (names.length === 0) return;
    await removeFiles(terraformDir, isVariables);
    const restore = (name: string, index: number) =>
      writeFileAtomic(path.join(terraformDir, name), earlier[index] ?? Buffer.alloc(0));
    await Promise.all(names.map(restore));
  };
}

/** Names of the variables that the module and its provider's configuration declare. */
export async function declaredVariables(moduleDir: string): Promise<string[]> {
  const texts = await Promise.all((await moduleFiles(moduleDir)).map((file) => readFile(file, "utf8")));
  return texts.flatMap((text) => [...text.matchAll(/^variable "([^"]+)"/gm)].map(([, name = ""]) => name));
}

/** The module's own files, and the provider's configuration, which a module for use in other configurations lacks. */
async function moduleFiles(moduleDir: string): Promise<string[]> {
  const names = (await readdir(moduleDir)).filter((name) => name.endsWith(".tf")).sort();
  return [...names.map((name) => path.join(moduleDir, name)), path.join(standaloneDir(moduleDir), PROVIDER_FILE)];
}

function standaloneDir(moduleDir: string): string {
  return path.join(moduleDir, "standalone");
}

/** Changes some variables of an existing workspace. */
export async function updateVariables(folder: EnvironmentFolder, changes: TerraformVariables): Promise<void> {
  const file = path.join(folder.terraformDir, VARIABLES_FILE);
  const known = (await loadJson(file)) as TerraformVariables | null;
  if (known !== null) await writeJsonAtomic(file, { ...known, ...changes });
}

async function removeFiles(dir: string, isOld: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(dir)) if (isOld(name)) await rm(path.join(dir, name));
}

async function copyIfThere(from: string, to: string, name: string): Promise<void> {
  await copyFile(path.join(from, name), path.join(to, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function initFingerprint(
  { terraformDir }: EnvironmentFolder,
  options: ModuleOptions,
  sources: readonly string[],
): Promise<string> {
  const backend = path.join(terraformDir, BACKEND_FILE);
  const hash = createHash("sha256");
  for (const source of sources) hash.update(path.basename(source)).update(await readFile(source));
  if (existsSync(backend)) hash.update(await readFile(backend));
  return withProvider(hash.digest("hex").slice(0, 32), options);
}

/** The fingerprint of the same module with the provider that is used now. */
export function withProvider(
  fingerprint: string,
  { lockFile, providerIdentity }: Pick<ModuleOptions, "lockFile" | "providerIdentity">,
): string {
  const [module = ""] = fingerprint.split(".");
  const provider = createHash("sha256")
    .update(lockFile ?? "")
    .update(providerIdentity);
  return `${module}.${provider.digest("hex").slice(0, 16)}`;
}
