import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type RehearsedDeployment, rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { hasTerraform, rehearseStandalone } from "../../helpers/terraform.ts";

const WITH_IDENTITY = `
variable "subscription_id" {}
module "same" {
  source          = "./.."
  subscription_id = var.subscription_id
  storage_access  = "identity"
}
`;
const OUTPUTS = "app_name host_name app_id resource_group plan storage_account access_key".split(" ");
const outputs = OUTPUTS.map((name) => `output "${name}" {\n value = module.same.${name}\n sensitive = true\n}`);

/** Applies a root module in the deployment's cloud, and returns the file with its outputs. */
async function applyPlainly(deployment: RehearsedDeployment, mainText?: string): Promise<string> {
  const file = path.join(await makeTempDir(), "outputs.json");
  await deployment.inAzure(async (mini) => {
    const { run } = await rehearseStandalone(mini, mainText);
    expect(await run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    await writeFile(file, (await run("output", "-json")).text);
  });
  return file;
}

describe.skipIf(!hasTerraform)("an app that plain terraform created", () => {
  test("is published to by its outputs, and is known afterwards", async () => {
    const deployment = await rehearseDeployment();
    const outputsFile = await applyPlainly(deployment);
    expect((await deployment.publish({ outputsFile })).wasPublished).toBe(true);
    expect((await deployment.publish()).wasPublished).toBe(false);
  });

  test("loses its storage setting without a key before the package is published", async () => {
    const deployment = await rehearseDeployment();
    const outputsFile = await applyPlainly(deployment, [WITH_IDENTITY, ...outputs].join("\n"));
    await deployment.publish({ outputsFile });
    const [boot] = deployment.site.boots;
    expect(Object.keys(boot?.appSettings ?? {})).toContain("AzureWebJobsStorage__accountName");
    expect(Object.keys(boot?.appSettings ?? {})).not.toContain("AzureWebJobsStorage");
  });
});
