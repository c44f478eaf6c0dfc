import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../shared/package-root.ts";
import type { DrillCounter } from "./drills.ts";
import { AZURERM_VERSION } from "./provider/schema.ts";

export type InstalledProvider = {
  kind: "stand-in";
  version: string;
  /** For every terraform command of the rehearsal. */
  env: Record<string, string>;
  /** A lock file to lay beside the configuration; absent means that init writes its own. */
  lockFile?: string;
};

const HOST_AND_NAME = "registry.terraform.io/hashicorp/azurerm";
// Nothing listens on it, and a proxy is where an unreachable registry shows first.
const DEAD_PROXY = "http://127.0.0.1:9";

/**
 * Installs the stand-in provider below `folder` as a mirror of its own, found through a CLI configuration of its own: the
 * user's configuration and plugin cache are neither read nor written.
 */
export async function installStandIn(folder: string, counter: DrillCounter): Promise<InstalledProvider> {
  await mkdir(folder, { recursive: true });
  const cliConfig = path.join(folder, "terraform.rc");
  const env = { TF_CLI_CONFIG_FILE: cliConfig, CHECKPOINT_DISABLE: "1", TF_PLUGIN_CACHE_DIR: "" };
  const installed: InstalledProvider = { kind: "stand-in", version: AZURERM_VERSION, env };
  if (counter.isActive("provider-blocked")) {
    await writeFile(cliConfig, "provider_installation {\n  direct {}\n}\n");
    return {
      ...installed,
      env: { ...env, HTTPS_PROXY: DEAD_PROXY, HTTP_PROXY: DEAD_PROXY, NO_PROXY: "localhost,127.0.0.1" },
    };
  }
  const mirror = path.join(folder, "mirror");
  await writeLauncher(mirror);
  await writeFile(cliConfig, describeMirror(mirror));
  return counter.isActive("lock-file-mismatch") ? { ...installed, lockFile: MISMATCHED_LOCK_FILE } : installed;
}

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
