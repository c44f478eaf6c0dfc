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

test("a file that cannot be read is a usage error, named by its own path and line", () => {
  const errors = [diagnostic("Missing value", "The JSON data ends prematurely.", "file-01-more.auto.tfvars.json:3")];
  expect(wrongVariables(errors, FILES)).toMatchObject({
    code: "ERR_VARIABLE",
    exitCode: 2,
    message: "/home/ada/more.tfvars.json:3: Missing value. The JSON data ends prematurely.\nNothing was changed.",
  });
});

test("a wrong value names the file that sets it; one of an option names none", () => {
  const errors = [
    diagnostic(WRONG, "plan must be flex.", "variables.tf:40"),
    diagnostic(WRONG, "location must be a region.", "file-00-prod.auto.tfvars:1"),
  ];
  expect(wrongVariables(errors, FILES)?.message).toBe(
    "/home/ada/prod.tfvars:1: location must be a region.\nplan must be flex.\nNothing was changed.",
  );
});

test("errors of which one is about something else are not about variables", () => {
  expect(wrongVariables([diagnostic(WRONG, "x"), diagnostic("Unreachable", "y")], FILES)).toBeNull();
  expect(wrongVariables([], FILES)).toBeNull();
});

test("a name that no variable has is refused, with the file that it stands in", () => {
  const detail =
    'The root module does not declare a variable named "typo" but a value was found in file "file-00-prod.auto.tfvars".';
  const warning = diagnostic("Value for undeclared variable", detail);
  expect(() => requireDeclared([warning], FILES)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('"typo" (/home/ada/prod.tfvars)') }),
  );
  expect(() => requireDeclared([diagnostic("Deprecated", "x")], FILES)).not.toThrow();
});
