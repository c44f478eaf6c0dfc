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

type WatchDeps = RunDeps & {
  /** Yields when one of the files has changed since the call; ends when `signal` aborts. */
  changes(files: readonly string[], signal: AbortSignal): AsyncIterable<unknown>;
  /** Called when a run has ended; the next one starts after the next change. */
  onEnded(summary: RunSummary): void;
};

/**
 * Runs a notebook, and again from its first changed step whenever it is saved, until `signal` aborts. An error that prevents a later
 * run, such as a mistake in same.yaml, is only a warning: the next save may fix it.
 *
 * @returns The last run. @throws the error that prevents the first one.
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

/** The notebook, followed by the other files that determine its steps. */
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

/** An editor also saves changes that do not affect a step: outputs, text cells. */
async function findChange(options: LocalRunOptions, folder: RunFolder): Promise<"none" | "steps" | "all"> {
  const { request, parameters } = await compileSource(options);
  // A run is continued with its own parameters.
  if (!isDeepStrictEqual(parameters, folder.record.parameters ?? {})) return "all";
  const then = await folder.readRequest();
  return isDeepStrictEqual(withoutWishes(request), withoutWishes(then)) ? "none" : "steps";
}

/** Whether a step may be taken from the cache does not change the step. */
const withoutWishes = ({ steps }: InitiateRequest) => steps.map(({ cache: _, ...step }) => step);

async function continueFrom(folder: RunFolder, options: LocalRunOptions, deps: WatchDeps): Promise<RunSummary> {
  const { keep, port, storage, python, isOffline = false, timeoutMs, isVerbose, savesLargeSession } = options;
  const wishes = { from: null, only: null, timeoutMs, isVerbose, savesLargeSession };
  try {
    return await continueRun(folder, wishes, { choice: { keep, port, storage, python, isOffline } }, deps);
  } catch (error) {
    // Its storage was lost with its host, for example storage in memory.
    if (!(error instanceof SameKitError) || error.code !== "ERR_RUN_UNKNOWN") throw error;
    return localRun(options, deps);
  }
}
