// Finds the real azurerm on this machine, in the folders that the user's Terraform uses. They are only read.
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { ProviderSource } from "./provider-source.ts";

export const AZURERM_SOURCE = "registry.terraform.io/hashicorp/azurerm";

// The lower bound in terraform/versions.tf.
const OLDEST_AZURERM = "5.2.0";
const FIRST_REFUSED_AZURERM = "6.0.0";
const PROGRAM = "terraform-provider-azurerm";

/**
 * Finds the real azurerm in these mirrors or plugin caches, unpacked or as a zip file written by `terraform providers
 * mirror`: the newest version that the module accepts.
 *
 * @returns null if there is none, and on every system but Linux: on other systems Go ignores `SSL_CERT_FILE`, so the
 *   real provider could not connect to the mini Azure.
 */
export async function findAzurerm(mirrors: readonly string[]): Promise<ProviderSource | null> {
  if (process.platform !== "linux") return null;
  const found: { folder: string; version: string }[] = [];
  for (const folder of mirrors) {
    for (const version of await versionsIn(path.join(folder, AZURERM_SOURCE))) {
      if (isAccepted(version)) found.push({ folder, version });
    }
  }
  const newest = found.sort((left, right) => compareVersions(right.version, left.version))[0];
  return newest === undefined ? null : { kind: "mirror", ...newest };
}

/**
 * The plugin cache and the mirrors of the user's Terraform: those set in the environment, those in its CLI
 * configuration, and its default locations.
 *
 * @see hashicorp/terraform, website/docs/cli/config/config-file.mdx
 */
export async function userMirrors(env: NodeJS.ProcessEnv): Promise<string[]> {
  const home = env["HOME"] ?? homedir();
  const configuration = await readText(env["TF_CLI_CONFIG_FILE"] ?? path.join(home, ".terraformrc"));
  const settings = configuration.replaceAll(/^\s*(#|\/\/).*$/gm, "");
  const cache = /^\s*plugin_cache_dir\s*=\s*"([^"]+)"/m.exec(settings)?.[1];
  const named = [...settings.matchAll(/filesystem_mirror\s*\{[^}]*?\bpath\s*=\s*"([^"]+)"/g)].map(
    ([, dir = ""]) => dir,
  );
  const dataHome = env["XDG_DATA_HOME"] || path.join(home, ".local/share");
  return [
    env["TF_PLUGIN_CACHE_DIR"],
    cache?.replaceAll(/\$\{?(\w+)\}?/g, (_match, name: string) => env[name] ?? ""),
    ...named,
    path.join(home, ".terraform.d/plugins"),
    path.join(dataHome, "terraform/plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
  ].filter((folder): folder is string => folder !== undefined && folder !== "");
}

/** Terraform's name for the platform, such as `linux_amd64`. */
export function terraformPlatform(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}_${process.arch === "x64" ? "amd64" : process.arch}`;
}

async function versionsIn(folder: string): Promise<string[]> {
  const platform = terraformPlatform();
  const versions: string[] = [];
  for (const name of await readNames(folder)) {
    const packed = name.startsWith(`${PROGRAM}_`) && name.endsWith(`_${platform}.zip`);
    if (packed) versions.push(name.slice(PROGRAM.length + 1, -`_${platform}.zip`.length));
    const files = await readNames(path.join(folder, name, platform));
    if (files.some((file) => file.startsWith(PROGRAM))) versions.push(name);
  }
  return versions;
}

function isAccepted(version: string): boolean {
  const isRelease = /^\d+\.\d+\.\d+$/.test(version);
  return (
    isRelease && compareVersions(version, OLDEST_AZURERM) >= 0 && compareVersions(version, FIRST_REFUSED_AZURERM) < 0
  );
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

function readNames(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
