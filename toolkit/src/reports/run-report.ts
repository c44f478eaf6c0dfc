import { type Hint, hint } from "@same-kit/shared";
import type { Console } from "../ui/console.ts";
import { formatDuration, formatSize, truncate } from "../ui/format.ts";
import { renderTable } from "../ui/table.ts";
import type { AppliedFiles } from "../usecases/run/apply-files.ts";
import type { RunSummary } from "../usecases/run/run-summary.ts";
import { reportVariables } from "./variables-report.ts";

const SHOWN_VALUE_LENGTH = 60;

/** Parts of a run's result that are shown only on request, before the rest. */
export type ShownOfRun = {
  /** Why each step ran, or that it came from the cache. */
  explain?: boolean;
  /** The variables that were passed from step to step. */
  variables?: boolean;
};

/** Reports a run to the person who started it: the variables or the failure, and the location of its files. */
export function reportRun(summary: RunSummary, console: Console, shown: ShownOfRun = {}): void {
  if (shown.explain) console.note(explain(summary, console));
  if (shown.variables) reportVariables(summary.steps, console);
  for (const warning of summary.warnings.filter((text) => !isCompilerWarning(text, summary)))
    console.note(`Warning: ${warning}`);
  if (summary.status === "completed") console.answer(formatResult(summary, console));
  else printFailure(summary, console);
  const { url, isKept, stateDir } = summary.host;
  if (isKept) console.note(hint`The host at ${url} keeps running; ${{ command: "local down", stateDir }} stops it.`);
}

function explain({ steps }: RunSummary, console: Console): string {
  const rows = steps.map(({ name, status, cache, keptFrom }) => {
    if (status === "not-run") return [name, "did not run", "a step before it did not complete"];
    if (keptFrom !== null) return [name, "kept", `from the run ${keptFrom}`];
    if (cache === null) return [name, "ran", "the cache was not used"];
    return [
      name,
      cache.isHit ? "cached" : "ran",
      cache.isHit ? `${cache.why} since the run ${cache.runId}` : cache.why,
    ];
  });
  return renderTable(["Step", "", "Why"], rows, console);
}

// The compiler's warnings have been shown already.
const isCompilerWarning = (text: string, { steps }: RunSummary) =>
  !steps.some(({ name }) => text.startsWith(`${name}: `));

function formatResult(summary: RunSummary, console: Console): string {
  const { id, variables, variablesOmitted, python, durationMs, steps, session, record } = summary;
  const rows = variables.map(({ name, type, sizeBytes, repr, exploded }) => [
    name,
    type,
    sizeBytes === undefined ? "" : formatSize(sizeBytes),
    truncate(
      exploded === undefined ? repr.replaceAll("\n", " ") : `cannot be serialized: ${exploded}`,
      SHOWN_VALUE_LENGTH,
    ),
  ]);
  const table =
    rows.length === 0
      ? ["The run left no variables."]
      : [renderTable(["Variable", "Type", "Size", "Value"], rows, console)];
  if (variablesOmitted > 0) table.push(`… and ${variablesOmitted} more.`);
  const cached = steps.filter(({ cache }) => cache?.isHit === true).length;
  const count = `${steps.length} ${steps.length === 1 ? "step" : "steps"}${cached === 0 ? "" : ` (${cached} cached)`}`;
  const by = python === null ? "" : ` by ${python.implementation} ${python.version}, dill ${python.dill}`;
  return [
    ...table,
    `${console.paint("green", "Completed")} ${id}: ${count} in ${formatDuration(durationMs)}${by}`,
    `Session:  ${session === null ? "none" : "file" in session ? session.file : `blob ${session.container}/${session.blob}`}`,
    ...placesOf(summary).map(([name, place]) => `${`${name}:`.padEnd(9)} ${place}`),
    ...filesOf(summary),
    `Record:   ${record}`,
  ].join("\n");
}

function printFailure(summary: RunSummary, console: Console): void {
  const { id, status, failure, record } = summary;
  const { code = "ERR_RUN_FAILED", step = null, message = "", traceback = null, cell = null } = failure ?? {};
  const where = cell === null ? "" : ` (cell ${cell.number}, line ${cell.line})`;
  const what = step === null ? message : `Step ${step} failed${where}: ${message}`;
  console.note(`${console.paint("red", code)} ${what}`);
  if (traceback !== null) console.note(`\n${traceback.trimEnd()}\n`);
  const end = { completed: "completed", failed: "failed", lost: "is lost" }[status as string] ?? "was terminated";
  console.note(`The run ${id} ${end}; its record is kept in ${record}.`);
  if (status !== "lost") console.note(wayOn(summary));
  for (const [name, place] of placesOf(summary)) console.note(`${name}: ${place}`);
  for (const line of filesOf(summary)) console.note(line);
}

function wayOn({ id, stateDir, host }: RunSummary): Hint {
  // The name of the hub of an app elsewhere is unknown.
  const command = host.hubName === "" ? "resume" : "local resume";
  return hint`After you edit the notebook, ${{ command, args: [id], stateDir }} continues from the first step that failed or changed.`;
}

const MAX_NAMED_FILES = 5;

function filesOf({ files: { folder, files, deleted, inPlace } }: RunSummary): string[] {
  const saved = folder === null ? [] : [`Files:    ${folder}: ${nameSome(files.map(({ path }) => path))}`];
  const lines = deleted.length === 0 ? saved : [...saved, `Deleted:  ${nameSome(deleted)}`];
  return inPlace === undefined ? lines : [...lines, `In place: ${inPlace.folder}: ${describeInPlace(inPlace)}`];
}

function describeInPlace({ written, deleted, kept }: AppliedFiles): string {
  const parts = [
    written.length > 0 && `wrote ${nameSome(written)}`,
    deleted.length > 0 && `deleted ${nameSome(deleted)}`,
    kept.length > 0 && `kept ${nameSome(kept)}, see the warnings`,
  ];
  return parts.filter((part) => part !== false).join("; ") || "nothing has changed";
}

function nameSome(paths: readonly string[]): string {
  const more = paths.length - MAX_NAMED_FILES;
  return `${paths.slice(0, MAX_NAMED_FILES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function placesOf({ results: { notebook, report } }: RunSummary): (readonly [string, string])[] {
  const places = [["Notebook", notebook] as const, ["Report", report] as const];
  return places.flatMap(([name, place]) => (place === null ? [] : [[name, place] as const]));
}
