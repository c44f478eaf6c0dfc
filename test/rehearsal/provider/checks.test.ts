import { describe, expect, test } from "vitest";
import { UNKNOWN, type ValueObject } from "../../../rehearsal/src/provider/dynamic-value.ts";
import { kindOf } from "../../../rehearsal/src/provider/resources/all-kinds.ts";
import { findFractions, findProblems } from "../../../rehearsal/src/provider/resources/checks.ts";
import { resourceSchemas } from "../../../rehearsal/src/provider/schema.ts";

const problemsOf = (type: string, values: ValueObject) =>
  findProblems(values, kindOf(type).checks).map(({ attribute, summary }) => `${attribute}: ${summary}`);

// The messages of azurerm 5.2.0 for the same values.
describe("the stand-in rejects values as azurerm does", () => {
  test.each<[string, ValueObject, RegExp]>([
    [
      "azurerm_storage_account",
      { min_tls_version: "TLS1_0" },
      /expected min_tls_version to be one of \["TLS1_2"\], got TLS1_0/,
    ],
    [
      "azurerm_storage_account",
      { name: "Not_ok" },
      /name \("Not_ok"\) can only consist of lowercase letters and numbers/,
    ],
    [
      "azurerm_storage_account",
      { blob_properties: [{ delete_retention_policy: [{ days: 400 }] }] },
      /expected blob_properties\.0\.delete_retention_policy\.0\.days to be in the range \(1 - 365\), got 400/,
    ],
    ["azurerm_storage_container", { storage_account_id: "x" }, /parsing "x": parsing the StorageAccount ID/],
    [
      "azurerm_log_analytics_workspace",
      { retention_in_days: 10 },
      /expected retention_in_days to be in the range \(30 - 730\), got 10/,
    ],
    [
      "azurerm_log_analytics_workspace",
      { daily_quota_gb: -3 },
      /expected daily_quota_gb to be at least \(-1\.000000\), got -3\.000000/,
    ],
    [
      "azurerm_application_insights",
      { retention_in_days: 31 },
      /expected retention_in_days to be one of \[30 60 90 .*\], got 31/,
    ],
    ["azurerm_service_plan", { sku_name: "FC2" }, /expected sku_name to be one of \["B1" "B2" .*\], got FC2/],
    ["azurerm_function_app_flex_consumption", { maximum_instance_count: 0 }, /in the range \(1 - 1000\), got 0/],
    ["azurerm_linux_function_app", { storage_account_name: "BAD" }, /name \("BAD"\) can only consist/],
    ["azurerm_resource_group", { name: "bad." }, /"name" may not end with a period/],
    ["azurerm_resource_group", { location: "" }, /expected "location" to not be an empty string, got $/],
    ["azurerm_resource_group", { tags: { a: "x".repeat(300) } }, /the value for "a" is 300 characters/],
  ])("%s %j", (type, values, message) => {
    const problems = problemsOf(type, values);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test("and accepts values that are valid, unset or still unknown", () => {
    const plan = "/subscriptions/s/resourcegroups/g/providers/microsoft.web/serverfarms/p";
    expect(problemsOf("azurerm_service_plan", { sku_name: "P1v4", worker_count: null })).toEqual([]);
    expect(problemsOf("azurerm_function_app_flex_consumption", { service_plan_id: plan })).toEqual([]);
    expect(problemsOf("azurerm_storage_account", { name: UNKNOWN })).toEqual([]);
  });

  test("and skips a block while any value in it is unknown", () => {
    const siteConfig = (connection: ValueObject[string]) => ({
      site_config: [{ minimum_tls_version: "1.4", application_insights_connection_string: connection }],
    });
    expect(problemsOf("azurerm_linux_function_app", siteConfig(UNKNOWN))).toEqual([]);
    expect(problemsOf("azurerm_linux_function_app", siteConfig("known"))).toEqual([
      'site_config.minimum_tls_version: expected site_config.0.minimum_tls_version to be one of ["1.0" "1.1" "1.2" "1.3"], got 1.4',
    ]);
  });
});

describe("a fraction where azurerm expects a whole number", () => {
  const fractionsOf = (type: string, values: ValueObject, fractions: readonly string[] = []) =>
    findFractions(resourceSchemas[type]?.block ?? {}, values, fractions);

  test("is rejected with the provider SDK's message, even within a block", () => {
    expect(fractionsOf("azurerm_log_analytics_workspace", { retention_in_days: 30.5 })).toEqual([
      { attribute: "retention_in_days", summary: "Attribute must be a whole number, got 30.5" },
    ]);
    const retention = [{ delete_retention_policy: [{ days: 1.5 }] }];
    expect(fractionsOf("azurerm_storage_account", { blob_properties: retention })).toEqual([
      {
        attribute: "blob_properties.delete_retention_policy.days",
        summary: "Attribute must be a whole number, got 1.5",
      },
    ]);
  });

  test("is accepted where the provider allows fractions, and whole, unset and unknown numbers are not fractions", () => {
    const workspace = "azurerm_log_analytics_workspace";
    expect(fractionsOf(workspace, { daily_quota_gb: 0.5 }, kindOf(workspace).fractions)).toEqual([]);
    expect(fractionsOf(workspace, { retention_in_days: 30, daily_quota_gb: null })).toEqual([]);
    expect(fractionsOf(workspace, { retention_in_days: UNKNOWN })).toEqual([]);
  });
});
