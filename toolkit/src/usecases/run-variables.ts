import { hint, OperationError, sameKit } from "@same-kit/shared";
import type { RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import type { BoundaryStep } from "../results/boundaries.ts";
import type { RunSummary } from "./run/run-summary.ts";

type RunVariables = { id: string; steps: BoundaryStep[] };

/**
 * The variables that each step of an ended run passed to the next one.
 *
 * @param id - Null: the latest run that has ended.
 * @throws OperationError `ERR_RUN_UNKNOWN`
 */
export async function runVariables(
  id: string | null,
  records: Pick<RunRecords, "stateDir" | "find" | "list">,
): Promise<RunVariables> {
  const folder = id === null ? ((await records.list()).findLast(hasEnded) ?? null) : await records.find(id);
  if (folder === null) throw unknown(id, records.stateDir);
  const summary = await readSummary(folder);
  if (summary === null) throw unfinished(folder);
  const steps = summary.steps.map(({ name, crossing, lost }) => ({
    name,
    crossing: crossing ?? null,
    lost: lost ?? [],
  }));
  return { id: folder.record.id, steps };
}

const hasEnded = ({ record }: RunFolder) => ["completed", "failed", "terminated"].includes(record.state);

/** Null if it is missing, for example for a run that has not ended. */
async function readSummary(folder: RunFolder): Promise<Pick<RunSummary, "steps"> | null> {
  const text = await folder.readFile("summary.json");
  if (text === null) return null;
  try {
    return JSON.parse(text) as RunSummary;
  } catch (cause) {
    throw damaged(folder, cause);
  }
}

function damaged({ dir, record: { id } }: RunFolder, cause: unknown): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: `The summary of the run ${id} is damaged: ${dir}/summary.json is not valid JSON.`,
    hint: "report.html in that folder shows the variables too.",
    cause,
  });
}

function unknown(id: string | null, stateDir: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: id === null ? `${stateDir} has no run that ended.` : `${stateDir} has no record of a run ${id}.`,
    hint: hint`${sameKit("local status")} lists the runs; a run that another client started must be fetched first.`,
  });
}

function unfinished({ record: { id } }: RunFolder): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_RUN_UNKNOWN",
    message: `The run ${id} has not ended, so its record has no variables yet.`,
    hint: hint`${sameKit("local resume", id)} continues a local run; ${sameKit("fetch", id)} waits for a run on a deployed app.`,
  });
}
