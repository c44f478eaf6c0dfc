import path from "node:path";
import type { UsageError } from "@same-kit/shared";
import { watchFiles } from "../adapters/files/watch-files.ts";
import { composeRunDeps } from "../compose/compose-run.ts";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import { reportRun } from "../reports/run-report.ts";
import { type LocalRunOptions, localRun } from "../usecases/local-run.ts";
import type { RunSummary } from "../usecases/run/run-summary.ts";
import { watchRun } from "../usecases/watch-run.ts";
import { defineCommand } from "./define-command.ts";
import { endRun } from "./end-run.ts";
import { exitCodeOf } from "./exit-code.ts";
import { PARAMETER_OPTIONS, readParameters } from "./parameter-options.ts";
import {
  cacheOptions,
  filesOptions,
  readCacheMode,
  readFilesChoice,
  recordDirOption,
  runOptions,
  SOURCE_POSITIONAL,
  sessionOption,
  upstreamMagicsOption,
  variablesOption,
} from "./run-options.ts";
import { hostOptions, jsonOption, parseDuration, parsePort } from "./shared-options.ts";

export const localRunCommand = defineCommand({
  name: "local run",
  summary: "Run a notebook on this machine, on the real app",
  description: [
    "Compiles the notebook, starts storage and a host unless `local up` already runs one, runs every step in a real Python, shows the",
    "final variables, and stops what it started. Ctrl-C ends the run and keeps its record; a second Ctrl-C exits immediately.",
  ].join("\n"),
  positionals: [SOURCE_POSITIONAL],
  options: {
    ...PARAMETER_OPTIONS,
    ...hostOptions,
    ...recordDirOption,
    ...runOptions,
    keep: { type: "boolean", help: "Leave the host running in the background" },
    watch: { type: "boolean", help: "Run again from the first changed step whenever the notebook is saved" },
    verbose: { type: "boolean", help: "Also show the host's own log lines" },
    ...filesOptions,
    ...cacheOptions,
    ...upstreamMagicsOption,
    ...variablesOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local run test/testdata/features/singlestep",
    "same-kit local run notebook.ipynb -p alpha 0.6 -f parameters.yaml",
    "same-kit local run notebook.ipynb --watch",
    "same-kit local run notebook.ipynb --python python3.12 --json",
  ],
  async run({ options, positionals }, context) {
    if (options.watch && options.json) throw jsonOfMany();
    const wishes: LocalRunOptions = {
      location: path.resolve(context.cwd, positionals[0] ?? "."),
      stateDir: options["state-dir"] === undefined ? null : path.resolve(context.cwd, options["state-dir"]),
      sameEnv: options["same-env"] ?? null,
      files: readFilesChoice(options),
      inPlace: options["in-place"],
      cache: readCacheMode(options),
      upstreamMagics: options["upstream-magics"],
      parameters: await readParameters(options, context.cwd),
      port: parsePort(options.port),
      storage: options.storage ?? null,
      python: options.python ?? null,
      isOffline: options.offline,
      keep: options.keep,
      timeoutMs: parseDuration(options.timeout),
      isVerbose: options.verbose,
      savesLargeSession: options.session,
    };
    const deps = composeRunDeps(context, options["allow-user"]);
    if (!options.watch) return endRun(await localRun(wishes, deps), context, options);
    const onEnded = (summary: RunSummary) => reportRun(summary, context.console, options);
    const { status } = await watchRun(wishes, { ...deps, changes: watchFiles, onEnded });
    // Ctrl-C is the usual end of watching; it counts as an interruption only if it ended a run.
    return status === "interrupted" ? exitCodeOf(context.endedBy() ?? "SIGINT") : 0;
  },
});

function jsonOfMany(): UsageError<ToolkitErrorCode> {
  return usageError(
    "--watch and --json contradict each other: --json prints one document.",
    "Omit one of them; each run's summary.json contains the same.",
  );
}
