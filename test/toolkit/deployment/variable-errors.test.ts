import { expect, test } from "vitest";
import type { TerraformDiagnostic } from "../../../toolkit/src/adapters/terraform/ui-events.ts";
import { requireDeclared, wrongVariables } from "../../../toolkit/src/deployment/variable-errors.ts";

const FILES = ["/home/ada/prod.tfvars", "/home/ada/more.tfvars.json"];

const diagnostic = (summary: string, detail: string, place: string | null = null): TerraformDiagnostic => ({
  severity: "error",
  summary,
  detail,
  address: null,
  place,
});

const WRONG = "Invalid value for input variable";

test("an invalid file is a usage error with its own path and line", () => {
  const errors = [diagnostic("Missing value", "The JSON data ends prematurely.", "file-01-more.auto.tfvars.json:3")];
  expect(wrongVariables(errors, FILES)).toMatchObject({
    code: "ERR_VARIABLE",
    exitCode: 2,
    message: "/home/ada/more.tfvars.json:3: Missing value. The JSON data ends prematurely.\nNothing was changed.",
  });
});

test("an invalid value from a file is reported with the file, and one from an option without a file", () => {
  const errors = [
    diagnostic(WRONG, "plan must be flex.", "variables.tf:40"),
    diagnostic(WRONG, "location must be a region.", "file-00-prod.auto.tfvars:1"),
  ];
  expect(wrongVariables(errors, FILES)?.message).toBe(
    "/home/ada/prod.tfvars:1: location must be a region.\nplan must be flex.\nNothing was changed.",
  );
});

test("errors that include another problem are not treated as variable errors", () => {
  expect(wrongVariables([diagnostic(WRONG, "x"), diagnostic("Unreachable", "y")], FILES)).toBeNull();
  expect(wrongVariables([], FILES)).toBeNull();
});

test("an undeclared variable is rejected, with the file that contains it", () => {
  const detail =
    'The root module does not declare a variable named "typo" but a value was found in file "file-00-prod.auto.tfvars".';
  const warning = diagnostic("Value for undeclared variable", detail);
  expect(() => requireDeclared([warning], FILES)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('"typo" (/home/ada/prod.tfvars)') }),
  );
  expect(() => requireDeclared([diagnostic("Deprecated", "x")], FILES)).not.toThrow();
});
