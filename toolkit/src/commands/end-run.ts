import type { CommandContext } from "../command-context.ts";
import { reportExplained } from "../reports/explained-report.ts";
import { reportRun, type ShownOfRun } from "../reports/run-report.ts";
import type { ExplainedRun } from "../usecases/continue-run.ts";
import type { RunSummary } from "../usecases/run/run-summary.ts";
import { exitCodeOf } from "./exit-code.ts";

/** Reports a run. @returns 0 only if it completed. */
export function endRun(summary: RunSummary, { console, endedBy }: CommandContext, shown: ShownOfRun): number {
  console.json(summary);
  reportRun(summary, console, shown);
  if (summary.status === "completed") return 0;
  return summary.status === "interrupted" ? exitCodeOf(endedBy() ?? "SIGINT") : 1;
}

/** Reports what a continued run would do. */
export function endExplained(run: ExplainedRun, { console }: CommandContext): number {
  console.json(run);
  reportExplained(run, console);
  return 0;
}
