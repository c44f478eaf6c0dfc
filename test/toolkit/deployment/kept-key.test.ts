import { expect, test } from "vitest";
import { ArmClient } from "../../../toolkit/src/adapters/azure/arm.ts";
import type { PlannedChange } from "../../../toolkit/src/adapters/terraform/plan-summary.ts";
import { findKeptKey } from "../../../toolkit/src/deployment/kept-key.ts";
import { fakeDeployment } from "../../helpers/fake-deployment.ts";
import { createTestSite } from "../../helpers/mini-azure.ts";

const KEY = "0123456789abcdef0123456789abcdef";

const created = (type: string, name: string | null): PlannedChange => ({
  action: "create",
  address: `${type}.this`,
  type,
  label: type,
  name,
  attributes: [],
  isHalfMade: false,
});

const NEW_KEY = created("terraform_data", null);
const NEW_APP = created("azurerm_linux_function_app", "app-test");

async function takenOver(settings: Record<string, string>, changes = [NEW_KEY, NEW_APP]) {
  const { deployment, mini } = await fakeDeployment();
  const { id } = await createTestSite(mini);
  await mini.arm("PUT", `${id}/config/appsettings`, { properties: settings });
  return { azure: deployment.azure, key: await findKeptKey(deployment.azure, "rg-test", changes) };
}

test("the key for a new app is taken from the settings of the existing app of the same name", async () => {
  expect((await takenOver({ SAME_ACCESS_KEY: KEY })).key).toBe(KEY);
});

test.each<[string, Record<string, string>, PlannedChange[]]>([
  ["the app has none", { OTHER: "1" }, [NEW_KEY, NEW_APP]],
  ["the module would reject it", { SAME_ACCESS_KEY: "short" }, [NEW_KEY, NEW_APP]],
  ["the state has a key already", { SAME_ACCESS_KEY: KEY }, [NEW_APP]],
  ["the app has another name", { SAME_ACCESS_KEY: KEY }, [NEW_KEY, { ...NEW_APP, name: "app-other" }]],
  ["the plan creates no app", { SAME_ACCESS_KEY: KEY }, [NEW_KEY, { ...NEW_APP, action: "update" }]],
])("no key is taken if %s", async (_why, settings, changes) => {
  expect((await takenOver(settings, changes)).key).toBeNull();
});

test("no key is taken if the settings cannot be read, and any other failure is an error", async () => {
  const { azure } = await takenOver({ SAME_ACCESS_KEY: KEY });
  const { cloud, token } = azure;
  const signal = new AbortController().signal;
  const answering = (status: number) => {
    const refuse = async () => new Response('{"error":{"code":"Refused"}}', { status });
    return { ...azure, arm: new ArmClient({ cloud, token, signal, sleep: async () => {}, fetch: refuse }) };
  };
  expect(await findKeptKey(answering(403), "rg-test", [NEW_KEY, NEW_APP])).toBeNull();
  await expect(findKeptKey(answering(409), "rg-test", [NEW_KEY, NEW_APP])).rejects.toMatchObject({ status: 409 });
});
