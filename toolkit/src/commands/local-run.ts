import path from "node:path";
import { composeRunDeps } from "../compose/compose-run.ts";
import { localRun } from "../usecases/local-run.ts";
import { defineCommand } from "./define-command.ts";
import { endRun } from "./end-run.ts";
import { PARAMETER_OPTIONS, readParameters } from "./parameter-options.ts";
import {
  filesOptions,
  hostOptions,
  jsonOption,
  parseDuration,
  parsePort,
  readFilesChoice,
  recordDirOption,
  runOptions,
  SOURCE_POSITIONAL,
  sessionOption,
  upstreamMagicsOption,
} from "./shared-options.ts";

export const localRunCommand = defineCommand({
  name: "local run",
  summary: "Run a notebook on this machine, on the real app",
  description: [
    "Compiles the notebook, boots storage and host unless `local up` already runs one, runs every step in a real Python, shows the",
    "final variables, and stops what it booted. Ctrl-C ends the run and keeps its record; a second Ctrl-C exits immediately.",
  ].join("\n"),
  positionals: [SOURCE_POSITIONAL],
  options: {
    ...PARAMETER_OPTIONS,
    ...hostOptions,
    ...recordDirOption,
    ...runOptions,
    keep: { type: "boolean", help: "Leave the host running in the background" },
    verbose: { type: "boolean", help: "Also show the host's own log lines" },
    ...filesOptions,
    ...upstreamMagicsOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local run test/testdata/features/singlestep",
    "same-kit local run notebook.ipynb -p alpha 0.6 -f parameters.yaml",
    "same-kit local run notebook.ipynb --python python3.12 --json",
  ],
  async run({ options, positionals }, context) {
    const summary = await localRun(
      {
        location: path.resolve(context.cwd, positionals[0] ?? "."),
        stateDir: options["state-dir"] === undefined ? null : path.resolve(context.cwd, options["state-dir"]),
        sameEnv: options["same-env"] ?? null,
        files: readFilesChoice(options),
        upstreamMagics: options["upstream-magics"],
        parameters: await readParameters(options, context.cwd),
        port: parsePort(options.port),
        storage: options.storage ?? null,
        python: options.python ?? null,
        keep: options.keep,
        timeoutMs: parseDuration(options.timeout),
        isVerbose: options.verbose,
        savesLargeSession: options.session,
      },
      composeRunDeps(context, options["allow-user"]),
    );
    return endRun(summary, context);
  },
});
