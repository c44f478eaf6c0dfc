import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { InitiateRequest } from "@same-kit/functions-app/contract";
import { SameKitError } from "@same-kit/shared";
import { type RunFolder, RunRecords } from "../adapters/records/run-records.ts";
import { compileSource } from "./compile-source.ts";
import { continueRun } from "./continue-run.ts";
import { type LocalRunOptions, localRun } from "./local-run.ts";
import type { RunDeps } from "./run/run-state.ts";
import type { RunSummary } from "./run/run-summary.ts";

export type WatchDeps = RunDeps & {
  /** Yields when one of the files has changed since the call; ends with the signal. */
  changes(files: readonly string[], signal: AbortSignal): AsyncIterable<unknown>;
  /** A run has ended; the next one begins with the next change. */
  onEnded(summary: RunSummary): void;
};

/**
 * Runs a notebook, and from its first changed step on whenever it is saved, until `signal` aborts. What keeps a later run from its end,
 * such as a mistake in same.yaml, is a warning: the next save may correct it.
 *
 * @returns The last run. @throws what keeps the first one from its end.
 */
export async function watchRun(options: LocalRunOptions, deps: WatchDeps): Promise<RunSummary> {
  const files = await filesOf(options);
  const changes = deps.changes(files, deps.signal);
  let last = await localRun(options, deps);
  deps.onEnded(last);
  if (!deps.signal.aborted) deps.view.lines([`Watching ${files[0]}; Ctrl-C stops.`]);
  for await (const _ of changes) last = (await runAgain(options, last, deps)) ?? last;
  return last;
}

/** The notebook first, and what else decides what its steps are. */
async function filesOf(options: LocalRunOptions): Promise<string[]> {
  const { folder, config, steps } = await compileSource(options);
  const { path: notebook, requirements } = config.notebook;
  const others = [options.location, "same.yaml", ...(requirements === undefined ? [] : [requirements])];
  const ofSteps = steps.flatMap((step) => step.requirements ?? []);
  return [...new Set([notebook, ...others, ...ofSteps].map((file) => path.resolve(folder, file)))];
}

/** @returns null if nothing ran. */
async function runAgain(options: LocalRunOptions, last: RunSummary, deps: WatchDeps): Promise<RunSummary | null> {
  try {
    const folder = await new RunRecords(last.stateDir).find(last.id);
    const change = folder === null ? "all" : await findChange(options, folder);
    if (change === "none") return null;
    const summary =
      folder === null || change === "all" ? await localRun(options, deps) : await continueFrom(folder, options, deps);
    deps.onEnded(summary);
    return summary;
  } catch (error) {
    if (deps.signal.aborted || !(error instanceof SameKitError)) throw error;
    deps.warn(error.message);
    return null;
  }
}

/** An editor also saves what changes no step: outputs, cells of text. */
async function findChange(options: LocalRunOptions, folder: RunFolder): Promise<"none" | "steps" | "all"> {
  const { request, parameters } = await compileSource(options);
  // A run continues with its own parameters.
  if (!isDeepStrictEqual(parameters, folder.record.parameters ?? {})) return "all";
  const then = await folder.readRequest();
  return isDeepStrictEqual(withoutWishes(request), withoutWishes(then)) ? "none" : "steps";
}

/** Whether a step may be taken from the cache changes nothing of it. */
const withoutWishes = ({ steps }: InitiateRequest) => steps.map(({ cache: _, ...step }) => step);

async function continueFrom(folder: RunFolder, options: LocalRunOptions, deps: WatchDeps): Promise<RunSummary> {
  const { keep, port, storage, python, isOffline = false, timeoutMs, isVerbose, savesLargeSession } = options;
  const wishes = { from: null, only: null, timeoutMs, isVerbose, savesLargeSession };
  try {
    return await continueRun(folder, wishes, { choice: { keep, port, storage, python, isOffline } }, deps);
  } catch (error) {
    // Its storage ended with its host, as one in memory does.
    if (!(error instanceof SameKitError) || error.code !== "ERR_RUN_UNKNOWN") throw error;
    return localRun(options, deps);
  }
}
