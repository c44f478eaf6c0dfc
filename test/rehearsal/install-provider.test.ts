import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findAzurerm, userMirrors } from "../../rehearsal/src/find-azurerm.ts";
import { startTestMiniAzure } from "../helpers/mini-azure.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";

const PLATFORM = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

async function mirrorWith(...versions: string[]): Promise<string> {
  const mirror = await makeTempDir();
  for (const version of versions) {
    const folder = path.join(mirror, "registry.terraform.io/hashicorp/azurerm", version, PLATFORM);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `terraform-provider-azurerm_v${version}_x5`), "");
  }
  return mirror;
}

describe.runIf(process.platform === "linux")("the real azurerm in a mirror", () => {
  test("is the newest version that the module accepts", async () => {
    const [old, good] = [await mirrorWith("4.81.0", "5.1.0", "6.0.0"), await mirrorWith("5.2.0", "5.10.0")];
    expect(await findAzurerm([old, good])).toEqual({ kind: "mirror", folder: good, version: "5.10.0" });
  });

  test("may be packed, as by `terraform providers mirror`, but must be for this machine", async () => {
    const mirror = await makeTempDir();
    const folder = path.join(mirror, "registry.terraform.io/hashicorp/azurerm");
    await mkdir(folder, { recursive: true });
    for (const name of [`5.2.0_${PLATFORM}`, "5.9.0_plan9_mips"])
      await writeFile(path.join(folder, `terraform-provider-azurerm_${name}.zip`), "");
    expect(await findAzurerm([mirror])).toEqual({ kind: "mirror", folder: mirror, version: "5.2.0" });
  });

  test("is not found if no version matches, or if there is no mirror", async () => {
    expect(await findAzurerm([await mirrorWith("4.81.0"), "/nowhere"])).toBeNull();
  });
});

test("the user's mirrors come from the environment, the CLI configuration and the usual folders", async () => {
  const home = await makeTempDir();
  const configuration = `
    # plugin_cache_dir = "/not/this/one"
    plugin_cache_dir = "$HOME/cache"
    provider_installation {
      filesystem_mirror {
        path    = "/srv/mirror"
        include = ["registry.terraform.io/*/*"]
      }
      direct {}
    }`;
  await writeFile(path.join(home, ".terraformrc"), configuration);
  const mirrors = await userMirrors({ HOME: home, TF_PLUGIN_CACHE_DIR: "/env/cache", XDG_DATA_HOME: "/data" });
  expect(mirrors.map((folder) => folder.replace(home, "~"))).toEqual([
    "/env/cache",
    "~/cache",
    "/srv/mirror",
    "~/.terraform.d/plugins",
    "/data/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
  ]);
});

test("a provider is downloaded in the way the user's terraform does", async () => {
  const mini = await startTestMiniAzure();
  const source = { kind: "download", cliConfig: "/home/ada/terraform.rc" } as const;
  expect(await mini.installProvider(await makeTempDir(), source)).toEqual({
    kind: "azurerm",
    env: { CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/home/ada/terraform.rc" },
  });
});

test("a mirror is used unchanged, and the result says that it is the real provider", async () => {
  const mini = await startTestMiniAzure();
  const folder = await makeTempDir();
  const installed = await mini.installProvider(folder, { kind: "mirror", folder: "/mirror", version: "5.2.0" });
  expect(installed).toMatchObject({ kind: "azurerm", version: "5.2.0" });
  expect(await readFile(installed.env["TF_CLI_CONFIG_FILE"] ?? "", "utf8")).toContain('path    = "/mirror"');
});
