import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { TerraformError } from "../adapters/terraform/terraform-error.ts";
import type { Deployment } from "./deployment.ts";
import { explainTerraformError } from "./explain-terraform.ts";
import { LOCK_FILE } from "./workspace.ts";

const TITLE = "Initialise terraform";

/** Runs `terraform init`, unless it has run before with the same module, backend and provider, as identified by `fingerprint`. */
export async function initialise(deployment: Deployment, fingerprint: string, force = false): Promise<void> {
  const { folder, journal, terraform, target, view } = deployment;
  const isInitialised = existsSync(path.join(folder.terraformDir, ".terraform"));
  if (isInitialised && !force && journal.isDone("init", fingerprint)) {
    view.skipped(TITLE, "nothing has changed");
    return;
  }
  await deployment.recordedPhase("init", fingerprint, { phase: "preflight", title: TITLE }, async () => {
    // A rehearsal's provider has no published checksums; the checksums of an earlier provider must not block it.
    if (folder.isRehearsal && target.terraform.lockFile === null) {
      await rm(path.join(folder.terraformDir, LOCK_FILE), { force: true });
    }
    await terraform.init().catch((error: unknown) => {
      throw error instanceof TerraformError && !deployment.signal.aborted
        ? explainTerraformError(error, deployment.facts())
        : error;
    });
  });
}
