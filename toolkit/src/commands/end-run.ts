import { reportRun } from "../ui/run-report.ts";
import type { RunSummary } from "../usecases/run-summary.ts";
import type { CommandContext } from "./define-command.ts";

const SIGNAL_BASE = 128;
const SIGINT = 2;

/** Reports a run. @returns 0 only if it completed. */
export function endRun(summary: RunSummary, { console, cwd }: CommandContext): number {
  console.json(summary);
  reportRun(summary, console, { cwd, isShownLive: !summary.host.isKept });
  if (summary.status === "completed") return 0;
  return summary.status === "interrupted" ? SIGNAL_BASE + SIGINT : 1;
}
