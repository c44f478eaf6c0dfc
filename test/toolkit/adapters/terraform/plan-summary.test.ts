import { expect, test } from "vitest";
import { summarizeDrift, summarizePlan } from "../../../../toolkit/src/adapters/terraform/plan-summary.ts";
import type { ResourceChange } from "../../../../toolkit/src/adapters/terraform/terraform.ts";

function change(
  actions: string[],
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): ResourceChange {
  return {
    address: "azurerm_storage_account.this",
    type: "azurerm_storage_account",
    change: { actions, before, after },
  };
}

test("a new resource has its label and name", () => {
  expect(summarizePlan([change(["create"], null, { name: "stsame" })])).toEqual([
    {
      action: "create",
      address: "azurerm_storage_account.this",
      type: "azurerm_storage_account",
      label: "Storage account",
      name: "stsame",
      attributes: [],
      isHalfMade: false,
    },
  ]);
});

test("an update names the attributes that change, and no values: some are secrets", () => {
  const before = { name: "stsame", tags: { a: "1" }, key: "old-secret", tier: "Standard" };
  const [summary] = summarizePlan([change(["update"], before, { ...before, tags: {}, key: "new-secret" })]);
  expect(summary).toMatchObject({ action: "update", attributes: ["key", "tags"] });
  expect(JSON.stringify(summary)).not.toContain("secret");
});

test("what only the apply will tell is not a change that was asked for", () => {
  const update = change(["update"], { name: "a", etag: "1", sku: "x" }, { name: "a", sku: "y" });
  update.change.after_unknown = { etag: true };
  expect(summarizePlan([update])[0]?.attributes).toEqual(["sku"]);
});

test("a replacement names only what forces it", () => {
  const replaced = change(["delete", "create"], { name: "a", location: "x", id: "1" }, { name: "a", location: "y" });
  replaced.change.replace_paths = [["location"], ["identity", 0, "type"], ["identity", 0, "ids"]];
  expect(summarizePlan([replaced])[0]).toMatchObject({ attributes: ["identity", "location"], isHalfMade: false });
});

test("what an interrupted run left half-made is told from what an argument forces", () => {
  const replaced = {
    ...change(["delete", "create"], { name: "a" }, { name: "a" }),
    action_reason: "replace_because_tainted",
  };
  expect(summarizePlan([replaced])[0]).toMatchObject({ attributes: [], isHalfMade: true });
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

test("a list that is read back empty instead of absent was not changed outside", () => {
  const restriction = (headers: unknown) => ({ site_config: [{ ip_restriction: [{ name: "a", headers }] }] });
  expect(summarizeDrift([change(["update"], restriction(null), restriction([]))])).toEqual([]);
});

test("a tag that somebody changed was changed outside", () => {
  const drift = [
    change(["update"], { tags: { a: "1" } }, { tags: { a: "2" } }),
    change(["delete"], { name: "x" }, null),
  ];
  expect(summarizeDrift(drift).map(({ action }) => action)).toEqual(["update", "delete"]);
});
