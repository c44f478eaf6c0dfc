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

test("a new resource is listed with its label and name", () => {
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

test("an update lists the attributes that change, without values, as some are secrets", () => {
  const before = { name: "stsame", tags: { a: "1" }, key: "old-secret", tier: "Standard" };
  const [summary] = summarizePlan([change(["update"], before, { ...before, tags: {}, key: "new-secret" })]);
  expect(summary).toMatchObject({ action: "update", attributes: ["key", "tags"] });
  expect(JSON.stringify(summary)).not.toContain("secret");
});

test("values known only after the apply do not count as changes", () => {
  const update = change(["update"], { name: "a", etag: "1", sku: "x" }, { name: "a", sku: "y" });
  update.change.after_unknown = { etag: true };
  expect(summarizePlan([update])[0]?.attributes).toEqual(["sku"]);
});

test("a replacement only lists the attributes that force it", () => {
  const replaced = change(["delete", "create"], { name: "a", location: "x", id: "1" }, { name: "a", location: "y" });
  replaced.change.replace_paths = [["location"], ["identity", 0, "type"], ["identity", 0, "ids"]];
  expect(summarizePlan([replaced])[0]).toMatchObject({ attributes: ["identity", "location"], isHalfMade: false });
});

test("a replacement of a half-made resource is distinguished from one forced by an argument", () => {
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
])("%j means %s", (actions, action) => {
  expect(summarizePlan([change(actions, { name: "a" }, null)])[0]?.action).toBe(action);
});

test.each([[["no-op"]], [["read"]]])("%j is omitted", (actions) => {
  expect(summarizePlan([change(actions, { name: "a" }, { name: "a" })])).toEqual([]);
});

test("a list that is read back as empty instead of absent is not drift", () => {
  const restriction = (headers: unknown) => ({ site_config: [{ ip_restriction: [{ name: "a", headers }] }] });
  expect(summarizeDrift([change(["update"], restriction(null), restriction([]))])).toEqual([]);
});

test("a changed tag is drift", () => {
  const drift = [
    change(["update"], { tags: { a: "1" } }, { tags: { a: "2" } }),
    change(["delete"], { name: "x" }, null),
  ];
  expect(summarizeDrift(drift).map(({ action }) => action)).toEqual(["update", "delete"]);
});
