import { describe, expect, test } from "vitest";
import { createTestSite, startTestMiniAzure } from "../../helpers/mini-azure.ts";

const GROUP = (subscription: string) => `/subscriptions/${subscription}/resourceGroups/rg-test`;

describe("Azure Resource Manager", () => {
  test("returns all of its endpoints to azurerm", async () => {
    const mini = await startTestMiniAzure();
    const { text } = await mini.send("GET", `https://${mini.metadataHost}/metadata/endpoints?api-version=2022-09-01`);
    expect(JSON.parse(text)).toMatchObject({
      resourceManager: `${mini.armUrl}/`,
      authentication: { loginEndpoint: mini.armUrl, tenant: "common", identityProvider: "AAD" },
      suffixes: { storage: "core.windows.net" },
    });
  });

  test("returns the regions to azurerm 4, at the URL with two slashes that it requests", async () => {
    const mini = await startTestMiniAzure();
    const { text } = await mini.send("GET", `https://${mini.metadataHost}//metadata/endpoints?api-version=2018-01-01`);
    expect(JSON.parse(text).cloudEndpoint.MiniAzure).toMatchObject({
      endpoint: mini.metadataHost,
      locations: expect.arrayContaining(["westeurope"]),
    });
  });

  test("answers 401 without a token, with a forged token, and for a wrong secret", async () => {
    const mini = await startTestMiniAzure();
    const subscription = `${mini.armUrl}/subscriptions/${mini.subscriptionId}?api-version=2022-12-01`;
    const forged = (await mini.token()).replace(/\.[^.]+$/, ".forged");
    const wrong = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: mini.env["ARM_CLIENT_ID"] ?? "",
      client_secret: "y",
    }).toString();
    const answers = await Promise.all([
      mini.send("GET", subscription),
      mini.send("GET", subscription, { headers: { authorization: `Bearer ${forged}` } }),
      mini.send("POST", `${mini.armUrl}/${mini.tenantId}/oauth2/v2.0/token`, { body: wrong }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test("rejects any other subscription", async () => {
    const mini = await startTestMiniAzure();
    const { status, body } = await mini.arm("GET", "/subscriptions/00000000-0000-0000-0000-000000000000");
    expect({ status, body }).toMatchObject({ status: 404, body: { error: { code: "SubscriptionNotFound" } } });
  });

  test("finds a resource whatever the case of its ID", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    const { status } = await mini.arm("GET", id.replace("resourceGroups/rg-test", "resourcegroups/RG-TEST"));
    expect(status).toBe(200);
  });

  test("creates a storage account only after some polls", async () => {
    const mini = await startTestMiniAzure();
    await mini.arm("PUT", GROUP(mini.subscriptionId), { location: "westeurope" });
    const id = `${GROUP(mini.subscriptionId)}/providers/Microsoft.Storage/storageAccounts/sttest`;
    const accepted = await mini.arm("PUT", id, { location: "westeurope", sku: { name: "Standard_LRS" } });
    const operation = new URL(String(accepted.headers.location)).pathname;
    const polls = [await mini.arm("GET", operation), await mini.arm("GET", operation)];
    expect([accepted.status, ...polls.map(({ status }) => status)]).toEqual([202, 202, 200]);
    // azurerm interprets a response without a status as "still in progress".
    expect(polls[1]?.body).toMatchObject({ name: "sttest", properties: { provisioningState: "Succeeded" } });
    const { body } = await mini.arm("GET", id);
    expect(body).toMatchObject({ properties: { primaryEndpoints: { blob: "https://sttest.blob.core.windows.net/" } } });
  });

  test("rejects a resource without a group, and an unknown type", async () => {
    const mini = await startTestMiniAzure();
    const plan = await mini.arm("PUT", `${GROUP(mini.subscriptionId)}/providers/Microsoft.Web/serverFarms/p`, {});
    const machine = await mini.arm(
      "PUT",
      `${GROUP(mini.subscriptionId)}/providers/Microsoft.Compute/virtualMachines/n`,
      {},
    );
    expect([plan.body, machine.body]).toMatchObject([
      { error: { code: "ResourceGroupNotFound" } },
      { error: { code: "InvalidResourceType" } },
    ]);
  });

  test("deletes a group with all its resources", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    const { status } = await mini.arm("DELETE", GROUP(mini.subscriptionId));
    const left = await mini.arm("GET", `/subscriptions/${mini.subscriptionId}/resources`);
    expect([status, (await mini.arm("GET", id)).status, left.body]).toEqual([202, 404, { value: [] }]);
  });

  test("changes only the tags of an existing group, as azurerm does", async () => {
    const mini = await startTestMiniAzure();
    const id = GROUP(mini.subscriptionId);
    const early = await mini.arm("PATCH", id, { tags: { a: "1" } });
    await mini.arm("PUT", id, { location: "westeurope", tags: { a: "1" } });
    const late = await mini.arm("PATCH", id, { tags: { b: "2" } });
    const { body } = await mini.arm("GET", id);
    expect([early.status, late.status]).toEqual([404, 200]);
    expect(body).toMatchObject({ location: "westeurope", tags: { b: "2" } });
    expect((body as { tags: object }).tags).not.toHaveProperty("a");
  });

  test("rejects app settings on Flex Consumption that Azure rejects there", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    const { body: site } = await mini.arm("GET", id);
    const { serverFarmId } = (site as { properties: { serverFarmId: string } }).properties;
    const siteConfig = { appSettings: [{ name: "WEBSITE_RUN_FROM_PACKAGE", value: "1" }] };
    const { status, body } = await mini.arm("PUT", id, { properties: { serverFarmId, siteConfig } });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain("51021");
  });

  test("returns the configuration with a site, as azurerm needs it for changes, and keeps it in sync with config/web", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    await mini.arm("PATCH", `${id}/config/web`, { properties: { minTlsVersion: "1.3" } });
    const { body } = await mini.arm("GET", id);
    expect(body).toMatchObject({ properties: { siteConfig: { minTlsVersion: "1.3", scmType: "None" } } });
  });

  test("replaces all app settings by those in config/web, and does not return them there", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    await mini.arm("PATCH", `${id}/config/web`, { properties: { appSettings: [{ name: "A", value: "1" }] } });
    const settings = await mini.arm("POST", `${id}/config/appsettings/list`);
    expect((settings.body as { properties: object }).properties).toEqual({ A: "1" });
    const { body } = await mini.arm("GET", id);
    expect((body as { properties: { siteConfig: object } }).properties.siteConfig).not.toHaveProperty("appSettings");
  });

  test("reports a name in use as unavailable", async () => {
    const mini = await startTestMiniAzure();
    await createTestSite(mini);
    const ask = (name: string) =>
      mini.arm("POST", `/subscriptions/${mini.subscriptionId}/providers/Microsoft.Web/checknameavailability`, { name });
    const answers = [await ask("APP-test"), await ask("another")];
    expect(answers.map(({ body }) => (body as { nameAvailable: boolean }).nameAvailable)).toEqual([false, true]);
  });

  test("knows the built-in roles of storage accounts by name and by ID, and no other roles", async () => {
    const mini = await startTestMiniAzure();
    const roles = `/subscriptions/${mini.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions`;
    const find = async (name: string) => {
      const { body } = await mini.arm("GET", `${roles}?$filter=${encodeURIComponent(`roleName eq '${name}'`)}`);
      return (body as { value: { id: string }[] }).value;
    };
    const [owner, ...others] = await find("Storage Blob Data Owner");
    expect([others, await find("Storage Blob Date Owner")]).toEqual([[], []]);
    const { body } = await mini.arm("GET", owner?.id ?? "");
    expect(body).toMatchObject({ properties: { roleName: "Storage Blob Data Owner" } });
    expect((await mini.arm("GET", `${roles}/00000000-0000-0000-0000-000000000000`)).status).toBe(404);
  });

  test("lists groups and resources by tag", async () => {
    const mini = await startTestMiniAzure();
    const root = `/subscriptions/${mini.subscriptionId}`;
    await mini.arm("PUT", `${root}/resourceGroups/rg-a`, { location: "eastus", tags: { "same-kit:project": "a" } });
    await mini.arm("PUT", `${root}/resourceGroups/rg-b`, { location: "eastus" });
    const filter = encodeURIComponent("tagName eq 'same-kit:project' and tagValue eq 'a'");
    const { body } = await mini.arm("GET", `${root}/resourceGroups?$filter=${filter}`);
    expect((body as { value: { name: string }[] }).value.map(({ name }) => name)).toEqual(["rg-a"]);
  });
});

test("the cloud is unchanged after a restart: account, ports, resources", async () => {
  const first = await startTestMiniAzure();
  const site = await createTestSite(first);
  await first.stop();
  const second = await startTestMiniAzure({ folder: first.folder });
  expect(second.env).toEqual(first.env);
  const { body } = await second.arm("GET", site.id);
  expect(body).toMatchObject({ properties: { defaultHostName: site.hostName } });
});
