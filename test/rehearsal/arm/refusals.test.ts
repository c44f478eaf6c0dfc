import { describe, expect, test } from "vitest";
import { createTestSite, startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";

type Refusal = { status: number; body: { error?: { code: string }; Message?: string } };

const codeOf = ({ status, body }: Refusal) => `${status} ${body.error?.code ?? body.Message}`;

async function startWithGroup(): Promise<{ mini: TestMiniAzure; group: string }> {
  const mini = await startTestMiniAzure();
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-test`;
  await mini.arm("PUT", group, { location: "westeurope" });
  return { mini, group };
}

/** A signed-in request, with query and body unchanged. */
async function sendRaw(mini: TestMiniAzure, method: string, path: string, body?: string): Promise<Refusal> {
  const headers = { authorization: `Bearer ${await mini.token()}` };
  const answer = await mini.send(method, `${mini.armUrl}${path}`, body === undefined ? { headers } : { headers, body });
  return { status: answer.status, body: JSON.parse(answer.text) as Refusal["body"] };
}

const ask = (mini: TestMiniAzure, method: string, path: string) =>
  mini.arm(method, path, method.startsWith("P") ? {} : undefined);

describe("Azure Resource Manager refuses", () => {
  test.each([
    ["no api-version", "", "400 MissingApiVersionParameter"],
    ["an api-version that is not a date", "?api-version=latest", "400 InvalidApiVersionParameter"],
  ])("%s", async (_name, query, code) => {
    const { mini, group } = await startWithGroup();
    expect(codeOf(await sendRaw(mini, "GET", `${group}${query}`))).toBe(code);
  });

  test("a body that is not JSON", async () => {
    const { mini, group } = await startWithGroup();
    const answer = await sendRaw(mini, "PUT", `${group}?api-version=2023-07-01`, "{ location:");
    expect(codeOf(answer)).toBe("400 InvalidRequestContent");
  });

  test.each([
    ["a subscription that is not a GUID", "/subscriptions/mine", "400 InvalidSubscriptionId"],
    ["an invalid URL", "/somewhere", "404 NotFound"],
  ])("%s", async (_name, path, code) => {
    const mini = await startTestMiniAzure();
    expect(codeOf(await mini.arm("GET", path))).toBe(code);
  });

  test.each([
    ["GET", "providers/Microsoft.Compute/virtualMachines/n", "404 InvalidResourceType"],
    ["GET", "providers/Microsoft.Web/sites/nobody", "404 ResourceNotFound"],
    ["PATCH", "providers/Microsoft.Web/sites/nobody", "404 ResourceNotFound"],
    ["POST", "providers/Microsoft.Web/sites/nobody/restart", "404 ResourceNotFound"],
    ["DELETE", "providers/Microsoft.Web/sites", "405 The requested resource does not support http method 'DELETE'."],
    ["PUT", "providers/Microsoft.OperationalInsights/workspaces/w/sharedKeys", "405 MethodNotAllowed"],
  ])("%s of %s", async (method, path, code) => {
    const { mini, group } = await startWithGroup();
    expect(codeOf(await ask(mini, method, `${group}/${path}`))).toBe(code);
  });

  test("a resource in a group that does not exist", async () => {
    const mini = await startTestMiniAzure();
    const id = `/subscriptions/${mini.subscriptionId}/resourceGroups/gone/providers/Microsoft.Web/serverFarms/p`;
    const answers = await Promise.all(["GET", "PUT", "DELETE"].map((method) => ask(mini, method, id)));
    expect(answers.map(codeOf)).toEqual(Array(3).fill("404 ResourceGroupNotFound"));
  });

  test.each([
    ["no location", {}, "400 LocationRequired"],
    ["an unknown region", { location: "atlantis" }, "400 LocationNotAvailableForResourceType"],
  ])("a resource with %s", async (_name, body, code) => {
    const { mini, group } = await startWithGroup();
    const id = `${group}/providers/Microsoft.OperationalInsights/workspaces/w`;
    expect(codeOf(await mini.arm("PUT", id, body))).toBe(code);
  });

  test("to move a resource or a group to another region, and accepts the same region in a different format", async () => {
    const { mini, group } = await startWithGroup();
    const id = `${group}/providers/Microsoft.OperationalInsights/workspaces/w`;
    await mini.arm("PUT", id, { location: "westeurope" });
    const answers = [
      await mini.arm("PUT", id, { location: "eastus" }),
      await mini.arm("PUT", group, { location: "eastus" }),
    ];
    expect(answers.map(codeOf)).toEqual(["409 InvalidResourceLocation", "409 InvalidResourceGroupLocation"]);
    expect((await mini.arm("PUT", id, { location: "West Europe" })).status).toBe(200);
  });

  test("to return settings to a GET, since they contain secrets", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    const [settings, web] = [
      await mini.arm("GET", `${id}/config/appsettings`),
      await mini.arm("GET", `${id}/config/web`),
    ];
    expect([settings.status, web.status]).toEqual([405, 200]);
  });

  test("to delete a plan that still has an app, and reports the number of its apps", async () => {
    const mini = await startTestMiniAzure();
    const { id } = await createTestSite(mini);
    const plan = `${id.split("/sites/")[0]}/serverFarms/plan-test`;
    const refused = await mini.arm("DELETE", plan);
    expect(JSON.stringify(refused.body)).toContain("cannot be deleted because it has web app(s) app-test");
    expect((await mini.arm("GET", plan)).body).toMatchObject({ properties: { numberOfSites: 1 } });
    await mini.arm("DELETE", `${id}?deleteEmptyServerFarm=false`);
    expect([refused.status, (await mini.arm("DELETE", plan)).status]).toEqual([409, 200]);
  });

  test("a site and a storage account with a name that is already in use", async () => {
    const { mini, group } = await startWithGroup();
    await createTestSite(mini);
    const other = group.replace("rg-test", "rg-other");
    await mini.arm("PUT", other, { location: "westeurope" });
    const storage = (of: string) => `${of}/providers/Microsoft.Storage/storageAccounts/sttest`;
    await mini.arm("PUT", storage(group), { location: "westeurope", sku: { name: "Standard_LRS" } });
    const site = await mini.arm("PUT", `${other}/providers/Microsoft.Web/sites/App-Test`, { location: "westeurope" });
    const account = await mini.arm("PUT", storage(other), { location: "westeurope" });
    expect(JSON.stringify(site.body)).toContain("Website with given name App-Test already exists.");
    expect([site.status, codeOf(account)]).toEqual([409, "409 StorageAccountAlreadyTaken"]);
  });
});

test("a correlation ID is returned with every response", async () => {
  const mini = await startTestMiniAzure();
  const { headers } = await mini.send("GET", `${mini.armUrl}/somewhere`, {
    headers: { "x-ms-correlation-request-id": "trace-me" },
  });
  expect(headers).toMatchObject({ "x-ms-correlation-request-id": "trace-me", "x-ms-request-id": expect.any(String) });
});

test("a plan is deleted with its last app, unless the request opts out", async () => {
  const mini = await startTestMiniAzure();
  const { id } = await createTestSite(mini);
  await mini.arm("DELETE", id);
  expect((await mini.arm("GET", `${id.split("/sites/")[0]}/serverFarms/plan-test`)).status).toBe(404);
});

test("the resources of a type can be listed for a group, the subscription and a parent resource", async () => {
  const mini = await startTestMiniAzure();
  const { id } = await createTestSite(mini);
  const [group = ""] = id.split("/providers/");
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/sttest`;
  await mini.arm("PUT", account, { location: "westeurope" });
  await mini.arm("PUT", `${account}/blobServices/default/containers/one`, {});
  const namesOf = async (path: string) =>
    ((await mini.arm("GET", path)).body as { value: { name: string }[] }).value.map(({ name }) => name);
  expect([
    await namesOf(`${group}/providers/Microsoft.Web/sites`),
    await namesOf(`/subscriptions/${mini.subscriptionId}/providers/Microsoft.Storage/storageAccounts`),
    await namesOf(`${account}/blobServices/default/containers`),
  ]).toEqual([["app-test"], ["sttest"], ["one"]]);
});
