import type { Console } from "../ui/console.ts";
import { renderTable } from "../ui/table.ts";
import type { ExplainedRun } from "../usecases/continue-run.ts";

/** Describes what continuing a run would do, step by step. */
export function reportExplained({ id, hasEnded, steps, warnings }: ExplainedRun, console: Console): void {
  for (const warning of warnings) console.note(`Warning: ${warning}`);
  if (!hasEnded) {
    console.answer(`The run ${id} has not ended: it would continue after the last completed step in its storage.`);
    return;
  }
  const rows = steps.map(({ name, fate, why }) => [name, fate, why]);
  console.answer(renderTable(["Step", "", "Why"], rows, console));
  const runs = steps.filter(({ fate }) => fate === "runs").length;
  const kept = steps.filter(({ fate }) => fate === "kept").length;
  const end = runs === 0 ? "there is nothing to continue" : `${runs} would run`;
  console.answer(
    `Of the run ${id}, ${kept} of ${steps.length} steps would be kept; ${end}. Nothing was started or changed.`,
  );
}
