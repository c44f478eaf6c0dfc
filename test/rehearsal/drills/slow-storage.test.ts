import { expect, test } from "vitest";
import { startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";

async function createAccount(mini: TestMiniAzure) {
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-test`;
  await mini.arm("PUT", group, { location: "westeurope" });
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/sttest`;
  return mini.arm("PUT", account, { location: "westeurope", sku: { name: "Standard_LRS" } });
}

async function watch(mini: TestMiniAzure, location: string) {
  const headers = { authorization: `Bearer ${await mini.token()}` };
  return mini.send("GET", location, { headers });
}

test("a slow storage account stays in progress for any number of polls, each with a Retry-After", async () => {
  const mini = await startTestMiniAzure({ fail: "slow" });
  const accepted = await createAccount(mini);
  const polls = [accepted];
  for (let count = 0; count < 5; count += 1) {
    const last = polls.at(-1);
    polls.push((await watch(mini, String(last?.headers.location))) as never);
  }
  expect(polls.map(({ status }) => status)).toEqual(Array(6).fill(202));
  expect(polls.map(({ headers }) => headers["retry-after"])).toEqual(Array(6).fill("1"));
  // With this header azurerm 5 would poll again immediately.
  expect(polls.filter(({ headers }) => "x-go-azure-sdk-skip-polling-delay" in headers)).toEqual([]);
});

test("a slow storage account exists once its minutes have passed", async () => {
  const mini = await startTestMiniAzure({ fail: "slow" });
  const location = new URL(String((await createAccount(mini)).headers.location));
  location.searchParams.set("held-until", "0");
  const polls = [await watch(mini, location.href), await watch(mini, location.href)];
  expect(polls.map(({ status }) => status)).toEqual([202, 200]);
});
