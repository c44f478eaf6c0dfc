import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { TerraformError } from "../adapters/terraform/terraform.ts";
import type { EnvironmentFolder } from "./environment.ts";
import { type DeploymentFacts, explainTerraformError } from "./explain-terraform.ts";
import { orInterrupted } from "./interrupted.ts";
import type { Journal } from "./journal.ts";
import type { DeploymentDeps, TerraformSession } from "./session.ts";
import { LOCK_FILE } from "./workspace.ts";

export type Initialise = {
  folder: EnvironmentFolder;
  fingerprint: string;
  force: boolean;
  session: TerraformSession;
  journal: Journal;
  deps: DeploymentDeps;
  facts: Omit<DeploymentFacts, "done" | "planned">;
};

/** `terraform init`, unless it was done before with the same module, backend and provider. */
export async function initialise(options: Initialise): Promise<void> {
  const { folder, fingerprint, force, session, journal, deps, facts } = options;
  const isInitialised = existsSync(path.join(folder.terraformDir, ".terraform"));
  if (isInitialised && !force && journal.isDone("init", fingerprint)) {
    deps.view.skipped("Initialise terraform", "nothing has changed");
    return;
  }
  await deps.view.phase("Initialise terraform", async () => {
    // A rehearsal's provider has no published checksums; those of an earlier one must not stand in its way.
    if (folder.isRehearsal && deps.terraform.lockFile === null) {
      await rm(path.join(folder.terraformDir, LOCK_FILE), { force: true });
    }
    try {
      await orInterrupted("preflight", deps.signal, () =>
        journal.run("init", fingerprint, () => session.terraform.init()),
      );
    } catch (error) {
      throw error instanceof TerraformError ? explainTerraformError(error, { ...facts, done: 0, planned: 0 }) : error;
    }
  });
}
