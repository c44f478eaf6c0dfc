import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { type EnvironmentFolder, environmentFolder, isEnvironmentFolder, loadJson } from "../deployment/environment.ts";
import { Journal, type JournalEntry, type JournalPhase } from "../deployment/journal.ts";
import type { DeploymentOutputs } from "../deployment/outputs.ts";

/** What is known about one environment without asking Azure. */
export type DeploymentStatus = {
  environment: string;
  isRehearsal: boolean;
  outputs: Omit<DeploymentOutputs, "accessKey"> | null;
  phases: {
    phase: JournalPhase;
    status: JournalEntry["status"] | "not started";
    at: string | null;
    code: string | null;
  }[];
  package: string | null;
};

const PHASES: readonly JournalPhase[] = ["init", "provision", "publish", "health", "smoke-test"];

/** Reads only the environment's folder; the outputs are without the access key. */
export async function deploymentStatus(folder: EnvironmentFolder): Promise<DeploymentStatus> {
  const journal = await Journal.open(folder, () => new Date());
  const outputs = (await loadJson(folder.outputsFile)) as DeploymentOutputs | null;
  return {
    environment: folder.name,
    isRehearsal: folder.isRehearsal,
    outputs: outputs === null ? null : withoutKey(outputs),
    phases: PHASES.map((phase) => {
      const entry = journal.phase(phase);
      return { phase, status: entry?.status ?? "not started", at: entry?.at ?? null, code: entry?.code ?? null };
    }),
    package: journal.published[0]?.sha256 ?? null,
  };
}

/** Every environment that was deployed from here, or tried to be. */
export async function listEnvironments(stateDir: string): Promise<EnvironmentFolder[]> {
  const dir = path.join(stateDir, "env");
  if (!existsSync(dir)) return [];
  const names = (await readdir(dir)).filter(isEnvironmentFolder).sort();
  const folders = names.map((name) =>
    environmentFolder(stateDir, name.replace(/\.rehearsal$/, ""), name.endsWith(".rehearsal")),
  );
  return folders.filter(({ journalFile, outputsFile }) => existsSync(journalFile) || existsSync(outputsFile));
}

function withoutKey({ accessKey: _, ...rest }: DeploymentOutputs): Omit<DeploymentOutputs, "accessKey"> {
  return rest;
}
