import { expect, test } from "vitest";
import { parseState } from "../../../../toolkit/src/adapters/terraform/state.ts";

const instance = (attributes: Record<string, unknown>, more: object = {}) => ({
  schema_version: 0,
  attributes,
  ...more,
});

const STATE = {
  version: 4,
  resources: [
    {
      mode: "managed",
      type: "azurerm_resource_group",
      name: "this",
      instances: [instance({ id: "/g", name: "rg", location: "westeurope", tags: { a: "1" } })],
    },
    {
      mode: "managed",
      module: "module.same",
      type: "azurerm_storage_container",
      name: "package",
      instances: [instance({ id: "/c", secret: "hidden" }, { index_key: 0 }), instance({}, { index_key: "key" })],
    },
    { mode: "data", type: "azurerm_client_config", name: "this", instances: [instance({ id: "/d" })] },
  ],
};

test("managed resources are listed with address, ID and tags", () => {
  const { resources, deploymentId } = parseState(JSON.stringify(STATE));
  expect(resources[0]).toEqual({
    address: "azurerm_resource_group.this",
    type: "azurerm_resource_group",
    id: "/g",
    name: "rg",
    location: "westeurope",
    tags: { a: "1" },
  });
  expect(resources.map(({ address }) => address).slice(1)).toEqual([
    "module.same.azurerm_storage_container.package[0]",
    'module.same.azurerm_storage_container.package["key"]',
  ]);
  expect(JSON.stringify(resources)).not.toContain("hidden");
  expect(deploymentId).toBeNull();
});

test("a folder without a state has no resources", () => {
  expect(parseState("")).toEqual({ resources: [], deploymentId: null });
});

test("the mark is read from its output, even before any resource is recorded", () => {
  const outputs = { deployment_id: { value: "0b9f4b4e", type: "string" } };
  expect(parseState(JSON.stringify({ resources: [], outputs })).deploymentId).toBe("0b9f4b4e");
});

test.each(["garbage", "{}", '{"resources":{}}'])("%s is a damaged state", (text) => {
  expect(() => parseState(text)).toThrow(expect.objectContaining({ code: "ERR_PROVISION_STATE_DAMAGED" }));
});
