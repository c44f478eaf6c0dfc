import { describe, expect, test } from "vitest";
import { putForeign } from "../../helpers/mini-azure.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

describe.skipIf(!hasTerraform)("a cloud that others use too", () => {
  test("a second machine sees what the first deployed, and what a colleague put beside it", async () => {
    const first = await rehearseDeployment();
    const { outputs } = await first.up({ skip: { terraform: false, publish: true, smoke: true } });
    const group = outputs?.resourceGroup ?? "";
    await first.inAzure((mini) => putForeign(mini, group, ["Microsoft.Sql/servers/ledger"]));
    const second = await rehearseDeployment({ cloudOf: first });
    const names = await second.inAzure(async (mini) => {
      const path = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}/resources`;
      const { body } = await mini.arm("GET", path);
      return (body as { value: { name: string }[] }).value.map(({ name }) => name);
    });
    expect(names).toEqual(expect.arrayContaining([outputs?.appName, "ledger"]));
  });
});
