import { expect, test } from "vitest";
import type { PlannedChange } from "../../../toolkit/src/adapters/terraform/plan-summary.ts";
import { lossesOf } from "../../../toolkit/src/deployment/losses.ts";

const change = (action: PlannedChange["action"], type: string, isHalfMade = false): PlannedChange => ({
  action,
  type,
  address: `${type}.this`,
  label: type,
  name: "x",
  attributes: [],
  isHalfMade,
});

test.each(["delete", "replace"] as const)("the %s of a storage account loses the history of all runs", (action) => {
  expect(lossesOf([change(action, "azurerm_storage_account")])).toEqual([
    "azurerm_storage_account x: the history of all runs, their sessions and files, and the published package",
  ]);
});

test.each(["create", "update"] as const)("an %s loses nothing", (action) => {
  expect(lossesOf([change(action, "azurerm_storage_account")])).toEqual([]);
});

test("a rotated key and a removed role lose no data", () => {
  expect(lossesOf([change("replace", "terraform_data"), change("delete", "azurerm_role_assignment")])).toEqual([]);
});

test("a half-created deployment has nothing to lose only if nothing was published and there is no app", () => {
  const account = change("replace", "azurerm_storage_account", true);
  const app = change("create", "azurerm_function_app_flex_consumption");
  expect(lossesOf([account, app], { hasPublished: false })).toEqual([]);
  expect(lossesOf([account, app], { hasPublished: true })).toHaveLength(1);
  expect(lossesOf([account], { hasPublished: false })).toHaveLength(1);
  expect(lossesOf([{ ...account, isHalfMade: false }, app], { hasPublished: false })).toHaveLength(1);
});
