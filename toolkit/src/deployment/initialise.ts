import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { TerraformError } from "../adapters/terraform/terraform.ts";
import type { Deployment } from "./deployment.ts";
import { explainTerraformError } from "./explain-terraform.ts";
import { LOCK_FILE } from "./workspace.ts";

const TITLE = "Initialise terraform";

/** `terraform init`, unless it was done before with the same module, backend and provider, which `fingerprint` stands for. */
export async function initialise(deployment: Deployment, fingerprint: string, force = false): Promise<void> {
  const { folder, journal, terraform, target, view } = deployment;
  const isInitialised = existsSync(path.join(folder.terraformDir, ".terraform"));
  if (isInitialised && !force && journal.isDone("init", fingerprint)) {
    view.skipped(TITLE, "nothing has changed");
    return;
  }
  await deployment.recordedPhase("init", fingerprint, { phase: "preflight", title: TITLE }, async () => {
    // A rehearsal's provider has no published checksums; those of an earlier one must not stand in its way.
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
