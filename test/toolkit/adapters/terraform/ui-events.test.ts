import { expect, test } from "vitest";
import { parseTerraformLine } from "../../../../toolkit/src/adapters/terraform/ui-events.ts";

// Lines as terraform 1.11.4 writes them, shortened.
const resource = { addr: "azurerm_storage_account.this", resource_type: "azurerm_storage_account" };

test.each([
  [
    { "@level": "info", "@message": "Terraform 1.11.4", terraform: "1.11.4", type: "version", ui: "1.2" },
    { kind: "version", version: "1.11.4" },
  ],
  [
    { type: "apply_progress", hook: { resource, action: "create", elapsed_seconds: 10 } },
    {
      kind: "resource",
      stage: "progress",
      address: "azurerm_storage_account.this",
      type: "azurerm_storage_account",
      action: "create",
      elapsedSeconds: 10,
    },
  ],
  [
    { type: "apply_errored", hook: { resource, action: "create", elapsed_seconds: 1 } },
    {
      kind: "resource",
      stage: "failed",
      address: "azurerm_storage_account.this",
      type: "azurerm_storage_account",
      action: "create",
      elapsedSeconds: 1,
    },
  ],
  [
    { type: "resource_drift", change: { resource, action: "delete" } },
    { kind: "drift", address: "azurerm_storage_account.this", action: "delete" },
  ],
  [
    { type: "change_summary", changes: { add: 8, change: 1, import: 0, remove: 2, operation: "plan" } },
    { kind: "summary", add: 8, change: 1, remove: 2 },
  ],
  [
    { type: "diagnostic", diagnostic: { severity: "error", summary: "No quota", detail: "None.", address: "a.b" } },
    {
      kind: "diagnostic",
      diagnostic: { severity: "error", summary: "No quota", detail: "None.", address: "a.b", place: null },
    },
  ],
  [
    {
      type: "diagnostic",
      diagnostic: { severity: "warning", summary: "Old", range: { filename: "main.tf", start: { line: 12 } } },
    },
    {
      kind: "diagnostic",
      diagnostic: { severity: "warning", summary: "Old", detail: "", address: null, place: "main.tf:12" },
    },
  ],
  [
    { type: "planned_action_invocation", "@message": "An action of a newer terraform" },
    { kind: "message", text: "An action of a newer terraform" },
  ],
])("%j", (line, event) => {
  expect(parseTerraformLine(JSON.stringify(line))).toEqual(event);
});

test("a line that is not JSON is a message, and a blank line is ignored", () => {
  expect(parseTerraformLine("Error handling -chdir option")).toEqual({
    kind: "message",
    text: "Error handling -chdir option",
  });
  expect(parseTerraformLine("{broken")).toEqual({ kind: "message", text: "{broken" });
  expect(parseTerraformLine("  ")).toBeNull();
});

test("another major version of the format is rejected, but another minor version is not", () => {
  const line = (ui: string) => JSON.stringify({ type: "version", terraform: "2.0.0", ui });
  expect(parseTerraformLine(line("1.9"))).toEqual({ kind: "version", version: "2.0.0" });
  expect(() => parseTerraformLine(line("2.0"))).toThrow(expect.objectContaining({ code: "ERR_TERRAFORM_UI_VERSION" }));
});
