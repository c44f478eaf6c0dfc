import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../shared/package-root.ts";
import type { DrillCounter } from "./drills.ts";
import { AZURERM_VERSION } from "./provider/schema.ts";

/** Which provider a rehearsal runs with. */
export type ProviderSource =
  | { kind: "stand-in" }
  /** The real azurerm, unpacked in a mirror or plugin cache of Terraform's layout; see {@link findAzurerm}. */
  | { kind: "mirror"; folder: string; version: string }
  /** The real azurerm, from Terraform's registry. */
  | { kind: "download" };

export type InstalledProvider = {
  kind: "stand-in" | "azurerm";
  /** Absent where Terraform chooses it. */
  version?: string;
  /** For every terraform command of the rehearsal. */
  env: Record<string, string>;
  /** A lock file to lay beside the configuration; absent means that init writes its own. */
  lockFile?: string;
};

const HOST_AND_NAME = "registry.terraform.io/hashicorp/azurerm";
// Nothing listens on it, and a proxy is where an unreachable registry shows first.
const DEAD_PROXY = "http://127.0.0.1:9";

/**
 * Makes a provider available below `folder`, through a CLI configuration of its own: the user's configuration is neither read
 * nor written, and the user's plugin cache only read.
 */
export async function installProvider(
  folder: string,
  source: ProviderSource,
  counter: DrillCounter,
): Promise<InstalledProvider> {
  await mkdir(folder, { recursive: true });
  const cliConfig = path.join(folder, "terraform.rc");
  const env = { TF_CLI_CONFIG_FILE: cliConfig, CHECKPOINT_DISABLE: "1", TF_PLUGIN_CACHE_DIR: "" };
  if (counter.isActive("provider-blocked")) {
    await writeFile(cliConfig, DIRECT);
    const proxy = { HTTPS_PROXY: DEAD_PROXY, HTTP_PROXY: DEAD_PROXY, NO_PROXY: "localhost,127.0.0.1" };
    return { kind: "azurerm", env: { ...env, ...proxy } };
  }
  const lockFile = counter.isActive("lock-file-mismatch") ? { lockFile: MISMATCHED_LOCK_FILE } : {};
  switch (source.kind) {
    case "stand-in": {
      const mirror = path.join(folder, "mirror");
      await writeLauncher(mirror);
      await writeFile(cliConfig, describeMirror(mirror));
      return { kind: "stand-in", version: AZURERM_VERSION, env, ...lockFile };
    }
    case "mirror":
      await writeFile(cliConfig, describeMirror(source.folder));
      return { kind: "azurerm", version: source.version, env, ...lockFile };
    case "download":
      await writeFile(cliConfig, DIRECT);
      return { kind: "azurerm", env, ...lockFile };
  }
}

/**
 * The real azurerm in one of these mirrors or plugin caches, the newest version that the module accepts.
 *
 * @returns null where there is none, and everywhere but on Linux: elsewhere Go does not trust a certificate by
 * `SSL_CERT_FILE`, so that the real provider could not reach the mini Azure.
 */
export async function findAzurerm(mirrors: readonly string[]): Promise<ProviderSource | null> {
  if (process.platform !== "linux") return null;
  const found: { folder: string; version: string }[] = [];
  for (const folder of mirrors) {
    for (const version of await readNames(path.join(folder, HOST_AND_NAME))) {
      const files = await readNames(path.join(folder, HOST_AND_NAME, version, terraformPlatform()));
      if (isAccepted(version) && files.some((name) => name.startsWith("terraform-provider-azurerm"))) {
        found.push({ folder, version });
      }
    }
  }
  const newest = found.sort((left, right) => compareVersions(right.version, left.version))[0];
  return newest === undefined ? null : { kind: "mirror", ...newest };
}

// The range in terraform/versions.tf.
const OLDEST_AZURERM = "4.78.0";
const FIRST_REFUSED_AZURERM = "6.0.0";

function isAccepted(version: string): boolean {
  const isRelease = /^\d+\.\d+\.\d+$/.test(version);
  return (
    isRelease && compareVersions(version, OLDEST_AZURERM) >= 0 && compareVersions(version, FIRST_REFUSED_AZURERM) < 0
  );
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

async function readNames(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

const DIRECT = "provider_installation {\n  direct {}\n}\n";

const MISMATCHED_LOCK_FILE = `provider "${HOST_AND_NAME}" {
  version     = "${AZURERM_VERSION}"
  constraints = ">= 4.78.0, < 6.0.0"
  hashes = [
    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  ]
}
`;

async function writeLauncher(mirror: string): Promise<void> {
  const folder = path.join(mirror, HOST_AND_NAME, AZURERM_VERSION, terraformPlatform());
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const program = path.join(packageRoot(), "dist", "azurerm-stand-in", "main.cjs");
  const launcher = path.join(folder, `terraform-provider-azurerm_v${AZURERM_VERSION}`);
  await writeFile(launcher, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(program)} "$@"\n`);
  await chmod(launcher, 0o755);
}

function describeMirror(mirror: string): string {
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ["${HOST_AND_NAME}"]
  }
}
`;
}

/** `linux_amd64`, as Terraform names the machine. */
function terraformPlatform(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}_${process.arch === "x64" ? "amd64" : process.arch}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
