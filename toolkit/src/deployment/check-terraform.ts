import { type PreflightProblem, toProblem } from "../adapters/preflight.ts";
import type { TerraformCommands } from "../adapters/terraform/terraform.ts";

const MINIMUM_TERRAFORM = [1, 9] as const;

/** Checks that terraform can be started and is new enough for the module. */
export async function checkTerraform(terraform: TerraformCommands): Promise<PreflightProblem[]> {
  try {
    const version = await terraform.version();
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [neededMajor, neededMinor] = MINIMUM_TERRAFORM;
    if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return [];
    const message = `Terraform ${MINIMUM_TERRAFORM.join(".")} or newer is needed; found ${version}.`;
    return [{ code: "ERR_PREFLIGHT_TERRAFORM_OLD", message, hint: "Update Terraform." }];
  } catch (error) {
    return [toProblem(error)];
  }
}
