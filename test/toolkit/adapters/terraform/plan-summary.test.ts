import { expect, test } from "vitest";
import { summarizePlan } from "../../../../toolkit/src/adapters/terraform/plan-summary.ts";
import type { ResourceChange } from "../../../../toolkit/src/adapters/terraform/terraform.ts";

function change(
  actions: string[],
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): ResourceChange {
  return {
    address: "azurerm_storage_account.this",
    type: "azurerm_storage_account",
    change: { actions, before, after, before_sensitive: {}, after_sensitive: {} },
  };
}

test("a new resource has its label and name", () => {
  expect(summarizePlan([change(["create"], null, { name: "stsame" })])).toEqual([
    {
      action: "create",
      address: "azurerm_storage_account.this",
      label: "Storage account",
      name: "stsame",
      attributes: [],
    },
  ]);
});

test("an update names the attributes that change, and no values: some are secrets", () => {
  const before = { name: "stsame", tags: { a: "1" }, key: "old-secret", tier: "Standard" };
  const [summary] = summarizePlan([change(["update"], before, { ...before, tags: {}, key: "new-secret" })]);
  expect(summary).toMatchObject({ action: "update", attributes: ["key", "tags"] });
  expect(JSON.stringify(summary)).not.toContain("secret");
});

test.each([
  [["delete", "create"], "replace"],
  [["create", "delete"], "replace"],
  [["delete"], "delete"],
])("%j is a %s", (actions, action) => {
  expect(summarizePlan([change(actions, { name: "a" }, null)])[0]?.action).toBe(action);
});

test.each([[["no-op"]], [["read"]]])("%j is left out", (actions) => {
  expect(summarizePlan([change(actions, { name: "a" }, { name: "a" })])).toEqual([]);
});
