import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createTestSite, startTestMiniAzure, type TestMiniAzure } from "../helpers/mini-azure.ts";
import { hasTerraform, rehearse } from "../helpers/terraform.ts";

type Policies = Record<"deleteRetentionPolicy" | "containerDeleteRetentionPolicy", object>;

const NO_CHANGES = 0;
const CHANGES = 2;

const resourcesOf = async (mini: TestMiniAzure): Promise<{ name: string; type: string }[]> => {
  const { body } = await mini.arm("GET", `/subscriptions/${mini.subscriptionId}/resources`);
  return (body as { value: { name: string; type: string }[] }).value;
};

const settingsOf = async (mini: TestMiniAzure, appId: unknown): Promise<Record<string, string>> => {
  const { body } = await mini.arm("POST", `${appId}/config/appsettings/list`);
  return (body as { properties: Record<string, string> }).properties;
};

describe.skipIf(!hasTerraform)("the real terraform, with the stand-in provider", () => {
  test.each([
    ["flex", { plan: "flex" }],
    ["flex with an identity", { plan: "flex", storage_access: "identity" }],
    ["consumption", { plan: "consumption" }],
    ["premium", { plan: "premium", allowed_ip_ranges: ["203.0.113.0/24"], deployer_ip_ranges: ["203.0.113.9/32"] }],
    ["premium with an identity", { plan: "premium", storage_access: "identity" }],
  ])("%s: applies, plans no changes afterwards, and is destroyed completely", async (_name, variables) => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini, variables);
    expect(await rehearsal.run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await rehearsal.outputs()).toMatchObject({
      plan: variables.plan,
      host_name: expect.stringMatching(/^localhost:\d+$/),
    });
    expect(await rehearsal.run("plan", "-detailed-exitcode")).toMatchObject({ exitCode: NO_CHANGES });
    expect(await rehearsal.run("destroy", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await resourcesOf(mini)).toEqual([]);
  });

  test("the app settings on each plan are those written by the real provider", async () => {
    const mini = await startTestMiniAzure();
    const flex = await rehearse(mini, { environment: "a" });
    const premium = await rehearse(mini, { environment: "b", plan: "premium" });
    await flex.run("apply", "-auto-approve");
    await premium.run("apply", "-auto-approve");
    const [flexOutputs, premiumOutputs] = [await flex.outputs(), await premium.outputs()];
    const flexSettings = await settingsOf(mini, flexOutputs["app_id"]);
    const premiumSettings = await settingsOf(mini, premiumOutputs["app_id"]);
    expect(Object.keys(flexSettings).sort()).toEqual([
      "APPLICATIONINSIGHTS_CONNECTION_STRING",
      "AzureFunctionsJobHost__functionTimeout",
      "AzureWebJobsStorage",
      "DEPLOYMENT_STORAGE_CONNECTION_STRING",
      "SAME_ACCESS_KEY",
    ]);
    expect(flexSettings["SAME_ACCESS_KEY"]).toBe(flexOutputs["access_key"]);
    expect(premiumSettings).toMatchObject({
      FUNCTIONS_EXTENSION_VERSION: "~4",
      FUNCTIONS_WORKER_RUNTIME: "node",
      WEBSITE_NODE_DEFAULT_VERSION: "~22",
      WEBSITE_CONTENTSHARE: expect.stringMatching(/^same-b-[0-9a-f]{6}-[0-9a-f]{4}$/),
    });
  });

  test("with an identity the app gets the account's name, but no key or content share", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini, { plan: "premium", storage_access: "identity" });
    await rehearsal.run("apply", "-auto-approve");
    const { app_id, storage_account } = await rehearsal.outputs();
    const settings = await settingsOf(mini, app_id);
    expect(settings["AzureWebJobsStorage__accountName"]).toBe(storage_account);
    expect(Object.keys(settings)).not.toContain("WEBSITE_CONTENTSHARE");
    expect(JSON.stringify(settings)).not.toContain("AccountKey");
  });

  test("an argument that azurerm never reads back is a change in every plan", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini, { plan: "premium" });
    const file = `${rehearsal.dir}/app.tf`;
    const module = await readFile(file, "utf8");
    await writeFile(
      file,
      module.replace(/^.*storage_uses_managed_identity.*$/m, "content_share_force_disabled = true"),
    );
    await rehearsal.run("apply", "-auto-approve");
    const { exitCode, text } = await rehearsal.run("plan", "-detailed-exitcode");
    expect(exitCode).toBe(CHANGES);
    expect(text).toMatch(/content_share_force_disabled\s+= false -> true/);
  });

  test("a new key generation changes the key in the app and in the output, and nothing else", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini);
    await rehearsal.run("apply", "-auto-approve");
    const before = await rehearsal.outputs();
    const { text } = await rehearsal.run("apply", "-auto-approve", "-var=access_key_generation=2");
    const after = await rehearsal.outputs();
    expect(text).toContain("1 added, 1 changed, 1 destroyed");
    expect(after["access_key"]).not.toBe(before["access_key"]);
    expect((await settingsOf(mini, after["app_id"]))["SAME_ACCESS_KEY"]).toBe(after["access_key"]);
    expect({ ...after, access_key: null }).toEqual({ ...before, access_key: null });
  });

  test.each([
    ["flex", "premium"],
    ["premium", "consumption"],
    ["consumption", "flex"],
  ])(
    "an app that moves from %s to %s is destroyed before the new one of the same name is created",
    async (from, to) => {
      const mini = await startTestMiniAzure();
      const rehearsal = await rehearse(mini, { plan: from });
      await rehearsal.run("apply", "-auto-approve");
      const before = await rehearsal.outputs();
      const { exitCode, text } = await rehearsal.run("apply", "-auto-approve", `-var=plan=${to}`);
      const steps = [
        ...text.matchAll(/^\S*(service_plan|function_app\w*)\.this\S*: (Creation|Destruction) complete/gm),
      ];
      expect(exitCode).toBe(0);
      expect(steps.map(([, type = "", step]) => `${step} ${type.replace(/^function_app.*/, "app")}`)).toEqual([
        "Destruction app",
        "Destruction service_plan",
        "Creation service_plan",
        "Creation app",
      ]);
      expect(await rehearsal.outputs()).toMatchObject({ app_name: before["app_name"], plan: to });
    },
  );

  test("address ranges do not show up as drift in a plan", async () => {
    const mini = await startTestMiniAzure();
    const ranges = { allowed_ip_ranges: ["203.0.113.0/24", "198.51.100.7/32"], deployer_ip_ranges: ["203.0.113.9/32"] };
    for (const plan of ["flex", "premium"]) {
      const rehearsal = await rehearse(mini, { ...ranges, plan, environment: plan });
      await rehearsal.run("apply", "-auto-approve");
      const { exitCode, text } = await rehearsal.run("plan", "-detailed-exitcode", "-json");
      expect(exitCode).toBe(NO_CHANGES);
      expect(text).not.toContain("resource_drift");
    }
  });

  test("deleted blobs are kept for a week, or as long as configured", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini);
    await rehearsal.run("apply", "-auto-approve");
    const { resource_group, storage_account } = await rehearsal.outputs();
    const account = `/subscriptions/${mini.subscriptionId}/resourceGroups/${resource_group}/providers/Microsoft.Storage/storageAccounts/${storage_account}`;
    const policies = async () => {
      const { body } = await mini.arm("GET", `${account}/blobServices/default`);
      const { deleteRetentionPolicy, containerDeleteRetentionPolicy } = (body as { properties: Policies }).properties;
      return [deleteRetentionPolicy, containerDeleteRetentionPolicy];
    };
    const week = await policies();
    await rehearsal.run("apply", "-auto-approve", "-var=blob_retention_days=0");
    expect(week).toEqual(Array(2).fill({ enabled: true, days: 7 }));
    expect(await policies()).toEqual(Array(2).fill({ enabled: false }));
    expect(await rehearsal.run("plan", "-detailed-exitcode", "-var=blob_retention_days=0")).toMatchObject({
      exitCode: NO_CHANGES,
    });
  });

  test("settings added by publishing on plans other than Flex survive the next apply", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini, { plan: "consumption" });
    await rehearsal.run("apply", "-auto-approve");
    const { app_id } = await rehearsal.outputs();
    const properties = { ...(await settingsOf(mini, app_id)), WEBSITE_RUN_FROM_PACKAGE: "https://example.net/x.zip" };
    await mini.arm("PUT", `${app_id}/config/appsettings`, { properties });
    expect(await rehearsal.run("plan", "-detailed-exitcode")).toMatchObject({ exitCode: NO_CHANGES });
  });

  test("a change made outside terraform is detected and reverted", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini);
    await rehearsal.run("apply", "-auto-approve");
    const { app_id } = await rehearsal.outputs();
    await mini.arm("PATCH", String(app_id), { properties: { httpsOnly: false } });
    const { exitCode, text } = await rehearsal.run("plan", "-detailed-exitcode");
    expect(exitCode).toBe(CHANGES);
    expect(text).toMatch(/https_only\s+= false -> true/);
  });

  test("a resource deleted outside terraform is created again", async () => {
    const mini = await startTestMiniAzure();
    const rehearsal = await rehearse(mini);
    await rehearsal.run("apply", "-auto-approve");
    const { app_id } = await rehearsal.outputs();
    await mini.arm("DELETE", `${app_id}?deleteEmptyServerFarm=false`);
    const { text } = await rehearsal.run("apply", "-auto-approve");
    expect(text).toContain("1 added, 0 changed, 0 destroyed");
  });

  test.each([
    ["an argument that does not exist", "https_only", "https_onli", /Unsupported argument[\s\S]*"https_onli"/],
    [
      "a value that does not exist",
      '"Standard"',
      '"Gold"',
      /expected account_tier to be one of \["Premium" "Standard"\], got Gold/,
    ],
  ])("%s is rejected as by the real provider", async (_name, right, wrong, message) => {
    const rehearsal = await rehearse(await startTestMiniAzure());
    for (const name of ["app.tf", "main.tf"]) {
      const file = `${rehearsal.dir}/${name}`;
      await writeFile(file, (await readFile(file, "utf8")).replace(right, wrong));
    }
    const { exitCode, text } = await rehearsal.run("validate");
    expect(exitCode).toBe(1);
    expect(text).toMatch(message);
  });

  test("the user's own CLI configuration and plugin cache are not used", async () => {
    const mini = await startTestMiniAzure();
    const { env } = await rehearse(mini);
    expect(env["TF_CLI_CONFIG_FILE"]).toMatch(/terraform\.rc$/);
    expect(env["TF_PLUGIN_CACHE_DIR"]).toBe("");
  });

  test("importing an existing app makes it ours", async () => {
    const mini = await startTestMiniAzure();
    const site = await createTestSite(mini);
    const rehearsal = await rehearse(mini, { names: { app: "app-test", resource_group: "rg-test" }, recover: true });
    const imported = await rehearsal.run("import", "azurerm_function_app_flex_consumption.this[0]", site.id);
    expect(imported).toMatchObject({ exitCode: 0 });
    expect((await rehearsal.run("state", "list")).text).toContain("azurerm_function_app_flex_consumption.this[0]");
  });
});
