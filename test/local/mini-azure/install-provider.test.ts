import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findAzurerm } from "../../../local/src/mini-azure/install-provider.ts";
import { startTestMiniAzure } from "../../helpers/mini-azure.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

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

describe.runIf(process.platform === "linux")("the real azurerm in mirrors", () => {
  test("is the newest that the module accepts", async () => {
    const [old, good] = [await mirrorWith("3.117.0", "4.9.0", "6.0.0"), await mirrorWith("4.81.0", "5.2.0", "5.10.0")];
    expect(await findAzurerm([old, good])).toEqual({ kind: "mirror", folder: good, version: "5.10.0" });
  });

  test("is not there where no version fits, and where there is no mirror", async () => {
    expect(await findAzurerm([await mirrorWith("3.117.0"), "/nowhere"])).toBeNull();
  });
});

test("a mirror is used as it is, and the answer says that it is the real provider", async () => {
  const mini = await startTestMiniAzure();
  const folder = await makeTempDir();
  const installed = await mini.installProvider(folder, { kind: "mirror", folder: "/mirror", version: "5.2.0" });
  expect(installed).toMatchObject({ kind: "azurerm", version: "5.2.0" });
  expect(await readFile(installed.env["TF_CLI_CONFIG_FILE"] ?? "", "utf8")).toContain('path    = "/mirror"');
});
