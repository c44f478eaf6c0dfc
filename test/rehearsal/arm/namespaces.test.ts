import { expect, test } from "vitest";
import { FIRST_NAMESPACES } from "../../../rehearsal/src/arm/namespaces.ts";
import { startTestMiniAzure, type TestMiniAzure } from "../../helpers/mini-azure.ts";

const startNewCloud = () => startTestMiniAzure({ namespaces: FIRST_NAMESPACES });

async function putIdentity(mini: TestMiniAzure): Promise<string> {
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-test`;
  await mini.arm("PUT", group, { location: "westeurope" });
  const id = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id`;
  const { status, body } = await mini.arm("PUT", id, { location: "westeurope" });
  return `${status} ${(body as { error?: { code: string } }).error?.code ?? ""}`.trim();
}

async function stateOf(mini: TestMiniAzure, method: string, suffix = ""): Promise<string> {
  const namespace = `/subscriptions/${mini.subscriptionId}/providers/Microsoft.ManagedIdentity${suffix}`;
  return ((await mini.arm(method, namespace)).body as { registrationState: string }).registrationState;
}

test("no resource is created in a namespace before it is registered", async () => {
  const mini = await startNewCloud();
  expect(await putIdentity(mini)).toBe("409 MissingSubscriptionRegistration");
  await stateOf(mini, "POST", "/register");
  expect(await putIdentity(mini)).toBe("409 MissingSubscriptionRegistration");
  await stateOf(mini, "GET");
  expect(await putIdentity(mini)).toBe("200");
});

test("a registration takes a moment, and then persists", async () => {
  const mini = await startNewCloud();
  const states = [await stateOf(mini, "GET"), await stateOf(mini, "POST", "/register"), await stateOf(mini, "GET")];
  await mini.stop();
  const next = await startTestMiniAzure({ folder: mini.folder, namespaces: FIRST_NAMESPACES });
  expect([...states, await stateOf(next, "GET")]).toEqual(["NotRegistered", "Registering", "Registered", "Registered"]);
});

test("an unknown namespace is rejected", async () => {
  const mini = await startNewCloud();
  const { status } = await mini.arm(
    "POST",
    `/subscriptions/${mini.subscriptionId}/providers/Microsoft.Nothing/register`,
  );
  expect(status).toBe(404);
});
