// Mistakes in variables, wherever they were set: terraform names the environment's copy of a file, but people need the original.

import { UsageError } from "@same-kit/shared";
import type { TerraformDiagnostic } from "../adapters/terraform/ui-events.ts";
import { originalNames } from "./workspace.ts";

const WRONG_VALUE = /^(Invalid value for (input )?variable|No value for required variable)$/;
const UNDECLARED = /^Values? for undeclared variables?$/;
const IN_VARIABLE_FILE = /\.auto\.tfvars(\.json)?:/;

/**
 * All invalid values at once, in the module's words, and all reasons why a variable file cannot be read.
 *
 * @param files - The original variable files, in their order.
 * @returns null if some of the errors are about something else.
 */
export function wrongVariables(
  errors: readonly TerraformDiagnostic[],
  files: readonly string[],
): UsageError<"ERR_VARIABLE"> | null {
  const isAboutVariables = ({ summary, place }: TerraformDiagnostic) =>
    WRONG_VALUE.test(summary) || IN_VARIABLE_FILE.test(place ?? "");
  if (errors.length === 0 || !errors.every(isAboutVariables)) return null;
  const said = new Set(errors.map((error) => describe(error, files)));
  return new UsageError({
    code: "ERR_VARIABLE",
    // Terraform checks variables concurrently and reports them in any order.
    message: `${[...said].sort().join("\n")}\nNothing was changed.`,
    hint: "A value comes from an option such as --project, from --var, a --var-file, or a TF_VAR_ variable.",
  });
}

/**
 * For terraform, an unknown name in a variable file is only a warning: the setting would silently have no effect.
 *
 * @param files - As for {@link wrongVariables}.
 * @throws UsageError `ERR_VARIABLE`.
 */
export function requireDeclared(warnings: readonly TerraformDiagnostic[], files: readonly string[]): void {
  const found = warnings.filter(({ summary }) => UNDECLARED.test(summary));
  if (found.length === 0) return;
  const named = found.map(({ detail }) => {
    const [, name, file = ""] = /named "([^"]+)"[^"]*"([^"]+)"/.exec(detail) ?? [];
    return name === undefined ? detail : `"${name}" (${originalNames(file, files)})`;
  });
  throw new UsageError({
    code: "ERR_VARIABLE",
    message: `A variable file sets unknown variables: ${named.join(", ")}. Nothing was changed.`,
    hint: "terraform/variables.tf lists all variables.",
  });
}

function describe({ summary, detail, place }: TerraformDiagnostic, files: readonly string[]): string {
  const text = detail.replace(/\s*This was checked by the validation rule at [^\n]*/, "");
  const said = WRONG_VALUE.test(summary) ? text : `${summary}. ${text}`;
  const original = originalNames(place ?? "", files);
  return original === (place ?? "") ? said : `${original}: ${said}`;
}
