import { expect, test } from "vitest";
import { hintText } from "../../../shared/src/index.ts";
import type { PlannedChange } from "../../../toolkit/src/adapters/terraform/plan-summary.ts";
import { describePlan } from "../../../toolkit/src/deployment/describe-plan.ts";

const VARIABLES = { plan: "flex", log_retention_days: 30 };

const account: PlannedChange = {
  action: "replace",
  type: "azurerm_storage_account",
  address: "azurerm_storage_account.this",
  label: "Storage account",
  name: "stsame",
  attributes: ["location"],
  isHalfMade: false,
};

const lines = (changes: PlannedChange[], isDestroy = false) =>
  describePlan({ changes, variables: VARIABLES }, isDestroy).map((line) => hintText(line));

test("a replacement shows what forces it, and what is lost", () => {
  expect(lines([account]).slice(0, 5)).toEqual([
    "Plan: 1 to replace.",
    "  ± Storage account                    stsame  (replaced because of location)",
    "",
    "This plan permanently deletes:",
    "  Storage account stsame: the history of all runs, their sessions and files, and the published package",
  ]);
});

test("the replacement of a half-made resource is described as such", () => {
  const [, line] = lines([{ ...account, attributes: [], isHalfMade: true }]);
  expect(line).toMatch(/ stsame {2}\(left incomplete by an interrupted run\)$/);
});

test("many attributes are shortened to a single line", () => {
  const attributes = Array.from({ length: 60 }, (_, index) => `attribute_${index}`);
  const [, line = ""] = lines([{ ...account, action: "update", attributes }]);
  expect(line).toMatch(/attribute_5 and 54 more\)$/);
  expect(line.length).toBeLessThan(160);
});

test("a removal shows neither losses nor costs, as everything is deleted", () => {
  expect(lines([{ ...account, action: "delete", attributes: [] }], true)).toHaveLength(2);
});
