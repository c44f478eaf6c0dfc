import { stripVTControlCharacters } from "node:util";
import { OperationError } from "@same-kit/shared";
import type { TerraformDiagnostic } from "./ui-events.ts";

/** The outcome of one call of terraform. */
export type TerraformRun = {
  exitCode: number;
  stdout: string;
  /** Text outside the JSON lines: early errors. */
  stderr: string;
  errors: TerraformDiagnostic[];
  correlationId: string;
};

/** A failed run of terraform; `run` has its diagnostics, which determine the failure case. */
export class TerraformError extends OperationError<"ERR_TERRAFORM"> {
  readonly command: string;
  readonly run: TerraformRun;

  constructor(command: string, run: TerraformRun) {
    const [first] = run.errors;
    const reason = first === undefined ? lastLines(plainText(run)) : `${first.summary}\n${first.detail}`.trim();
    const place = first?.place ? ` (${first.place})` : "";
    const said = reason === "" ? "It printed nothing." : `${reason}${place}`;
    super({ code: "ERR_TERRAFORM", message: `terraform ${command} failed (exit code ${run.exitCode}).\n${said}` });
    this.command = command;
    this.run = run;
  }
}

/** The output outside of the JSON lines, which are not meant for people. */
export function plainText({ stderr, stdout }: TerraformRun): string {
  // Some commands do not accept -no-color.
  if (stderr.trim() !== "") return stripVTControlCharacters(stderr);
  return stdout
    .split("\n")
    .filter((line) => !line.startsWith("{"))
    .join("\n");
}

/** @throws TerraformError if the run failed. */
export function requireSuccess(command: string, run: TerraformRun): void {
  if (run.exitCode !== 0) throw new TerraformError(command, run);
}

export function terraformMissing(binary: string): OperationError {
  return new OperationError({
    code: "ERR_PREFLIGHT_TERRAFORM_MISSING",
    message: `Terraform was not found: \`${binary}\` is not on the PATH.`,
    hint: "Install Terraform 1.9 or newer, or specify it with --terraform.",
  });
}

/** What an error message shows of a longer output. */
export function lastLines(text: string): string {
  return text.trim().split("\n").slice(-20).join("\n");
}
