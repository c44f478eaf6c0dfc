import { describe, expect, test } from "vitest";
import { startTestMiniAzure, type TestMiniAzure } from "../helpers/mini-azure.ts";
import { hasTerraform, rehearse } from "../helpers/terraform.ts";

const GIVEN_KEY = "a-key_that-another-deployment-has-had";

type Named = { id: string; type: string };

/** All secrets of the resources in the group, as returned by Azure's requests for secrets. */
async function secretsInAzure(mini: TestMiniAzure, group: string): Promise<string[]> {
  const path = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}/resources`;
  const { value } = (await mini.arm("GET", path)).body as { value: Named[] };
  const idOf = (type: string) => value.find((resource) => resource.type === type)?.id;
  const account = await mini.arm("POST", `${idOf("Microsoft.Storage/storageAccounts")}/listKeys`);
  const workspace = await mini.arm("POST", `${idOf("Microsoft.OperationalInsights/workspaces")}/sharedKeys`);
  const site = await mini.arm("POST", `${idOf("Microsoft.Web/sites")}/config/publishingcredentials/list`);
  const { keys } = account.body as { keys: { value: string }[] };
  const { properties } = site.body as { properties: { publishingPassword: string } };
  return [
    ...keys.map((key) => key.value),
    ...Object.values(workspace.body as Record<string, string>),
    properties.publishingPassword,
  ];
}

describe.skipIf(!hasTerraform)("the output of plain terraform", () => {
  test.each([
    ["flex", {}, []],
    ["premium", { access_key: GIVEN_KEY }, [`-var=access_key=next-${GIVEN_KEY}`]],
  ])("contains no secret, whatever is done with the plan %s and the variables %o", async (plan, key, nextKey) => {
    const mini = await startTestMiniAzure();
    const settings = { SAME_STEP_TIMEOUT: "60", MY_TOKEN: "hunter2hunter2" };
    const { run, outputs } = await rehearse(mini, { plan, app_settings: settings, ...key });
    const printed = [await run("plan"), await run("apply", "-auto-approve"), await run("show"), await run("output")];
    const first = await outputs();
    expect(first).toMatchObject(key);
    const secrets = [settings.MY_TOKEN, String(first["access_key"])];
    secrets.push(...(await secretsInAzure(mini, String(first["resource_group"]))));
    const { text: addresses } = await run("state", "list");
    for (const address of addresses.split("\n")) printed.push(await run("state", "show", address));
    const rotation = ["-var=access_key_generation=2", ...nextKey];
    printed.push(await run("plan", "-destroy"), await run("plan", ...rotation, "-out=saved"));
    printed.push(await run("show", "saved"), await run("apply", "saved"), await run("show"));
    secrets.push(String((await outputs())["access_key"]));
    printed.push(await run("plan", "-var=access_key_generation=2", '-var=app_settings={MY_TOKEN="other"}'));
    printed.push(await run("destroy", "-auto-approve", "-var=access_key_generation=2"));
    const text = printed.map((command) => command.text).join("\n");
    expect(printed.map(({ exitCode }) => exitCode)).toEqual(Array(printed.length).fill(0));
    expect(new Set(secrets).size).toBe(8);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
