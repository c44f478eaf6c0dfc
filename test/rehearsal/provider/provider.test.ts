import { expect, test } from "vitest";
import { fromDynamicValue } from "../../../rehearsal/src/provider/dynamic-value.ts";
import { createProvider, type ProviderRequest } from "../../../rehearsal/src/provider/provider.ts";

test("a state written by another azurerm version is converted to the schema of the stand-in", async () => {
  const stored = {
    id: "/subscriptions/s/resourceGroups/rg",
    name: "rg",
    location: "westeurope",
    of_old: 1,
    timeouts: null,
  };
  const request = { type_name: "azurerm_resource_group", raw_state: { json: Buffer.from(JSON.stringify(stored)) } };
  const answer = await createProvider({}).UpgradeResourceState(request as unknown as ProviderRequest);
  const { upgraded_state } = answer as { upgraded_state: { msgpack: Uint8Array } };
  const { of_old: _dropped, ...kept } = stored;
  expect(fromDynamicValue(upgraded_state)).toEqual({ ...kept, managed_by: null, tags: null });
});
