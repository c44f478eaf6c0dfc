import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { putForeign } from "../../helpers/mini-azure.ts";
import { type RehearsedDeployment, rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

const RESOURCES_ONLY = { skip: { terraform: false, publish: true, smoke: true } };

/** The names of a group's resources as listed by Azure, and the group's tags; null if there is no such group. */
async function lookInto(deployment: RehearsedDeployment, group: string) {
  return deployment.inAzure(async (mini) => {
    const id = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}`;
    const found = await mini.arm("GET", id);
    if (found.status === 404) return null;
    const { tags = {} } = found.body as { tags?: Record<string, string> };
    const { body } = await mini.arm("GET", `${id}/resources`);
    return { tags, names: (body as { value: { name: string }[] }).value.map(({ name }) => name) };
  });
}

describe.skipIf(!hasTerraform)("a cloud shared with others", () => {
  test("a colleague's group with the wanted name is left alone, even with --adopt while it has contents", async () => {
    const deployment = await rehearseDeployment();
    await deployment.inAzure((mini) =>
      putForeign(mini, "shared-prod", ["Microsoft.Storage/storageAccounts/ledgerfiles"]),
    );
    const wanted = {
      ...RESOURCES_ONLY,
      variables: { names: { resource_group: "shared-prod" }, location: "northeurope" },
    };
    await expect(deployment.up(wanted)).rejects.toMatchObject({
      code: "ERR_PROVISION_NOT_OURS",
      message: expect.stringMatching(/shared-prod exists.*owner=colleague.*ledgerfiles/),
    });
    await expect(deployment.up({ ...wanted, adopt: true })).rejects.toMatchObject({ code: "ERR_PROVISION_NOT_OURS" });
    expect(await lookInto(deployment, "shared-prod")).toEqual({ tags: { owner: "colleague" }, names: ["ledgerfiles"] });
  });

  test("moving to another region is rejected if foreign resources would be deleted, and otherwise needs --allow-delete", async () => {
    const deployment = await rehearseDeployment();
    const { outputs } = await deployment.up(RESOURCES_ONLY);
    const group = outputs?.resourceGroup ?? "";
    const moved = { ...RESOURCES_ONLY, variables: { location: "northeurope" } };
    await expect(deployment.up(moved)).rejects.toMatchObject({ code: "ERR_DELETION_NOT_ALLOWED" });
    await deployment.inAzure((mini) => putForeign(mini, group, ["Microsoft.Sql/servers/ledger"]));
    const allowed = { ...moved, allowDelete: true };
    await expect(deployment.up(allowed)).rejects.toMatchObject({ code: "ERR_REMOVE_NOT_EMPTY" });
    expect((await lookInto(deployment, group))?.names).toContain("ledger");
    await deployment.inAzure(async (mini) => {
      const id = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Sql/servers/ledger`;
      await mini.armAsColleague("DELETE", id);
    });
    const { changes, view } = await deployment.up(allowed);
    expect(changes.find(({ type }) => type === "azurerm_resource_group")).toMatchObject({
      action: "replace",
      attributes: ["location"],
    });
    expect(view.log).toContainEqual(expect.stringMatching(/^line {3}Storage account \S+: the history of all runs/));
  });

  test("a second machine is rejected, can take over with --adopt, and the first one is rejected from then on", async () => {
    const first = await rehearseDeployment();
    const { outputs } = await first.up(RESOURCES_ONLY);
    const group = outputs?.resourceGroup ?? "";
    const mark = (await lookInto(first, group))?.tags["same-kit:deployment"];
    const second = await rehearseDeployment({ cloudOf: first });
    await expect(second.up(RESOURCES_ONLY)).rejects.toMatchObject({ code: "ERR_PROVISION_OTHER_STATE" });
    expect((await lookInto(second, group))?.tags["same-kit:deployment"]).toBe(mark);
    expect((await first.up(RESOURCES_ONLY)).changes).toEqual([]);

    const adopted = await second.up({ ...RESOURCES_ONLY, adopt: true });
    expect(adopted.outputs).toMatchObject({ appName: outputs?.appName, accessKey: outputs?.accessKey });
    expect(adopted.view.log).toContainEqual(expect.stringMatching(/^line Takes over the resource group rg-same-dev-/));
    expect(adopted.view.log).toContain("run Plan again, with the app's access key");
    expect(adopted.view.log).toContain("line The app keeps its access key.");
    expect([...adopted.view.log, ...adopted.view.said].join("\n")).not.toContain(outputs?.accessKey);
    expect(adopted.view.log.filter((line) => line.startsWith("run Adopt ")).length).toBeGreaterThan(4);
    expect((await lookInto(second, group))?.tags["same-kit:deployment"]).not.toBe(mark);
    const variables = await readFile(path.join(second.folder.terraformDir, "variables.auto.tfvars.json"), "utf8");
    expect(variables).not.toContain(outputs?.accessKey);
    expect(await second.up(RESOURCES_ONLY)).toMatchObject({ changes: [], outputs: { accessKey: outputs?.accessKey } });
    await expect(first.up(RESOURCES_ONLY)).rejects.toMatchObject({ code: "ERR_PROVISION_OTHER_STATE" });
    await expect(first.down()).rejects.toMatchObject({ code: "ERR_PROVISION_OTHER_STATE" });
    await expect(first.publish()).rejects.toMatchObject({ code: "ERR_PROVISION_OTHER_STATE" });
    const rotated = await first.up({ ...RESOURCES_ONLY, adopt: true, rotateKey: true });
    expect(rotated.outputs?.accessKey).not.toBe(outputs?.accessKey);
    expect(rotated.view.log).not.toContain("line The app keeps its access key.");
    expect(await second.publish().catch(({ code }) => code)).toBe("ERR_PROVISION_OTHER_STATE");
    expect(await first.down()).toMatchObject({ kind: "removed", leftGroups: [] });
    expect(await lookInto(second, group)).toBeNull();
  });

  test("a damaged state is not reported as locked, and nothing is changed", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up(RESOURCES_ONLY);
    await writeFile(path.join(deployment.folder.terraformDir, "terraform.tfstate"), "{ broken");
    const damaged = { code: "ERR_PROVISION_STATE_DAMAGED" };
    await expect(deployment.up(RESOURCES_ONLY)).rejects.toMatchObject(damaged);
    await expect(deployment.down()).rejects.toMatchObject(damaged);
  });
});
