// Drills in which tools of this machine are missing, outdated or not signed in.
import type { Drill } from "./drill.ts";

// Empty means not set: the user's own service principal must not be used instead.
const NO_SERVICE_PRINCIPAL = { ARM_CLIENT_ID: "", ARM_CLIENT_SECRET: "", ARM_TENANT_ID: "" };
const OLD_TERRAFORM =
  '{"terraform_version":"1.5.7","platform":"linux_amd64","provider_selections":{},"terraform_outdated":true}';
const NOT_SIGNED_IN = "ERROR: Please run 'az login' to setup account.";

export const MACHINE_DRILLS = {
  "az-missing": {
    summary: "No Azure CLI, and no service principal in the environment.",
    machine: { hidden: ["az"], env: NO_SERVICE_PRINCIPAL },
  },
  "not-logged-in": {
    summary: "The Azure CLI is not signed in.",
    machine: {
      hidden: ["az"],
      scripts: { az: `echo "${NOT_SIGNED_IN}" >&2\nexit 1\n` },
      env: NO_SERVICE_PRINCIPAL,
    },
  },
  "terraform-missing": { summary: "There is no terraform.", machine: { hidden: ["terraform"] } },
  "terraform-old": {
    summary: "Terraform is too old.",
    machine: {
      hidden: ["terraform"],
      scripts: {
        terraform: `case "$*" in *-json*) echo '${OLD_TERRAFORM}' ;; *) echo "Terraform v1.5.7" ;; esac\n`,
      },
    },
  },
} as const satisfies Record<string, Drill>;
