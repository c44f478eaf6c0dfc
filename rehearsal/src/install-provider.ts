import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import type { ProviderFault } from "./drills/drill.ts";
import { AZURERM_SOURCE, terraformPlatform } from "./find-azurerm.ts";
import { AZURERM_VERSION } from "./provider/schema.ts";
import type { ProviderSource } from "./provider-source.ts";

export type InstalledProvider = {
  kind: "stand-in" | "azurerm";
  /** Absent if Terraform chooses it. */
  version?: string;
  /** Environment for every terraform command of the rehearsal. */
  env: Record<string, string>;
  /** A lock file to copy next to the configuration; if absent, init writes its own. */
  lockFile?: string;
};

/**
 * Makes a provider available below `folder` through a separate CLI configuration, unless the provider comes from the
 * user's own Terraform setup. Neither the user's configuration nor any mirror or plugin cache named here is ever
 * written to.
 */
export async function installProvider(
  folder: string,
  source: ProviderSource,
  fault: ProviderFault,
): Promise<InstalledProvider> {
  await mkdir(folder, { recursive: true });
  const cliConfig = path.join(folder, "terraform.rc");
  const env = { TF_CLI_CONFIG_FILE: cliConfig, CHECKPOINT_DISABLE: "1", TF_PLUGIN_CACHE_DIR: "" };
  if (fault.cliConfig !== undefined) {
    await writeFile(cliConfig, fault.cliConfig);
    return { kind: "azurerm", env: { ...env, ...fault.env } };
  }
  const version = source.kind === "mirror" ? source.version : AZURERM_VERSION;
  const lockFile = fault.lockFile === undefined ? {} : { lockFile: fault.lockFile(version) };
  switch (source.kind) {
    case "stand-in": {
      const mirror = path.join(folder, "mirror");
      await writeLauncher(mirror);
      await writeFile(cliConfig, describeMirror(mirror));
      return { kind: "stand-in", version, env, ...lockFile };
    }
    case "mirror":
      await writeFile(cliConfig, describeMirror(source.folder));
      return { kind: "azurerm", version, env, ...lockFile };
    case "download": {
      const own: Record<string, string> = { CHECKPOINT_DISABLE: "1" };
      if (source.cliConfig !== undefined) own["TF_CLI_CONFIG_FILE"] = source.cliConfig;
      return { kind: "azurerm", env: own, ...lockFile };
    }
  }
}

async function writeLauncher(mirror: string): Promise<void> {
  const folder = path.join(mirror, AZURERM_SOURCE, AZURERM_VERSION, terraformPlatform());
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
    include = ["${AZURERM_SOURCE}"]
  }
}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
