import { expect, test } from "vitest";
import { putForeign, startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";

const SHARED = ["Microsoft.Sql/servers/ledger", "Microsoft.Storage/storageAccounts/colleaguefiles"];

async function listNames(mini: TestMiniAzure, path: string): Promise<string[]> {
  const { body } = await mini.arm("GET", path);
  return (body as { value: { name: string }[] }).value.map(({ name }) => name);
}

test("a colleague's group and its contents are visible to everyone in the subscription", async () => {
  const mini = await startTestMiniAzure();
  await putForeign(mini, "shared-prod", SHARED);
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/shared-prod`;
  expect((await mini.arm("GET", group)).body).toMatchObject({ tags: { owner: "colleague" } });
  expect(await listNames(mini, `${group}/resources`)).toEqual(["ledger", "colleaguefiles"]);
});

test("a colleague can add to an existing group without changing its tags", async () => {
  const mini = await startTestMiniAzure();
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-mine`;
  await mini.arm("PUT", group, { location: "westeurope", tags: { mine: "yes" } });
  await putForeign(mini, "rg-mine", ["Microsoft.KeyVault/vaults/secrets"]);
  expect((await mini.arm("GET", group)).body).toMatchObject({ tags: { mine: "yes" } });
  expect(await listNames(mini, `${group}/resources`)).toEqual(["secrets"]);
});

test("a resource that Azure adds automatically has no region, and is deleted with its group", async () => {
  const mini = await startTestMiniAzure();
  await putForeign(mini, "rg-test");
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-test`;
  const rule = `${group}/providers/microsoft.alertsmanagement/smartDetectorAlertRules/Failure Anomalies - appi`;
  const made = await mini.arm("PUT", encodeURI(rule), { location: "global" });
  await mini.arm("DELETE", group);
  expect([made.status, await listNames(mini, `/subscriptions/${mini.subscriptionId}/resources`)]).toEqual([200, []]);
});

test("the colleague is the same in the next process", async () => {
  const first = await startTestMiniAzure();
  await first.stop();
  const second = await startTestMiniAzure({ folder: first.folder });
  expect(second.colleague).toEqual(first.colleague);
});
