import { randomBytes } from "node:crypto";
import { RunRecords } from "../adapters/records/run-records.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import { type CompiledSource, compileSource, type ParameterSources } from "./compile-source.ts";
import { driveRun, type RunDeps, type RunDraft } from "./run/run.ts";
import type { HostChoice } from "./run/run-host.ts";
import type { RunSummary } from "./run/run-summary.ts";

export type LocalRunOptions = HostChoice & {
  /** Absolute. */
  location: string;
  /** Null: `.same-kit` beside the file that is run. */
  stateDir: string | null;
  sameEnv: string | null;
  /** Besides those of same.yaml. */
  parameters: ParameterSources;
  /** Exactly the steps of upstream's compiler. */
  upstreamMagics: boolean;
  /** For the whole run; null: none. */
  timeoutMs: number | null;
  isVerbose: boolean;
  /** Whether a session that is too large for an answer is saved beside the record. */
  savesLargeSession: boolean;
};

/** Compiles, boots what does not run yet, runs, shows each step, and stops what it booted. */
export async function localRun(options: LocalRunOptions, deps: RunDeps): Promise<RunSummary> {
  const { keep, port, storage, python, timeoutMs, isVerbose, savesLargeSession } = options;
  const source = await deps.view.phase("Compile the notebook", () => compileSource(options));
  for (const warning of source.warnings) deps.warn(warning);
  const { steps, warnings, folder } = source;
  return driveRun({
    records: new RunRecords(options.stateDir ?? stateDirBelow(folder)),
    choice: { keep, port, storage, python },
    steps,
    warnings,
    timeoutMs,
    isVerbose,
    savesLargeSession,
    deps,
    subject: { kind: "draft", draft: draftOf(source, options) },
  });
}

function draftOf(source: CompiledSource, { location, python }: LocalRunOptions): RunDraft {
  const { config, steps, sameEnv, request, notebookText, parameters } = source;
  const now = new Date();
  const record = {
    id: newRunId(config.notebook.name, now),
    notebook: config.notebook.name,
    location,
    steps: steps.map(({ name }) => name),
    sameEnv,
    parameters,
    startedAt: now.toISOString(),
    python,
    reason: null,
  };
  return { record, request, notebookText };
}

const MAX_STEM_LENGTH = 40;

/** For example `singlestep-20261125-094512-4f2c`: sorts by time, and can be typed. */
function newRunId(notebook: string, now: Date): string {
  const letters = notebook.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, "")
    .replace("T", "-");
  return `${letters.slice(0, MAX_STEM_LENGTH) || "run"}-${time}-${randomBytes(2).toString("hex")}`;
}
