import { describe, expect, test } from "vitest";
import { putForeign, startTestMiniAzure } from "../helpers/mini-azure.ts";
import { hasTerraform, rehearseStandalone } from "../helpers/terraform.ts";

// A module with its own provider supports neither `for_each` nor `depends_on`.
const TWICE = `
variable "subscription_id" {}
module "same" {
  for_each        = toset(["a", "b"])
  source          = "./.."
  subscription_id = var.subscription_id
  environment     = each.key
}
output "hosts" {
  value = { for environment, deployment in module.same : environment => deployment.app_name }
}
`;

describe.skipIf(!hasTerraform)("inside another configuration", () => {
  test("the module can be used twice, with the provider of its caller", async () => {
    const mini = await startTestMiniAzure();
    const { run, outputs } = await rehearseStandalone(mini, TWICE);
    expect(await run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await outputs()).toEqual({
      hosts: { a: expect.stringMatching(/^same-a-[0-9a-f]{6}$/), b: expect.stringMatching(/^same-b-[0-9a-f]{6}$/) },
    });
  });
});

describe.skipIf(!hasTerraform)("a standalone deployment", () => {
  test("is created, stays unchanged, and is destroyed", async () => {
    const mini = await startTestMiniAzure();
    const { run, outputs } = await rehearseStandalone(mini);
    expect(await run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await outputs()).toMatchObject({ app_name: expect.stringMatching(/^same-dev-/), host_name: /./ });
    expect(await run("plan", "-detailed-exitcode")).toMatchObject({ exitCode: 0 });
    expect(await run("destroy", "-auto-approve")).toMatchObject({ exitCode: 0 });
  });

  test("is not destroyed together with foreign resources in its group, unless requested", async () => {
    const mini = await startTestMiniAzure();
    const { run, outputs } = await rehearseStandalone(mini);
    await run("apply", "-auto-approve");
    const group = String((await outputs())["resource_group"]);
    await putForeign(mini, group, ["Microsoft.Sql/servers/ledger"]);
    const refused = await run("destroy", "-auto-approve");
    const server = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Sql/servers/ledger`;
    expect([refused.exitCode, (await mini.arm("GET", server)).status]).toEqual([1, 200]);
    expect(refused.text).toMatch(/still contains Resources[\s\S]*Microsoft\.Sql\/servers\/ledger/);
    expect(await run("destroy", "-auto-approve", "-var=delete_group_contents=true")).toMatchObject({ exitCode: 0 });
    expect((await mini.arm("GET", server)).status).toBe(404);
  });
});
