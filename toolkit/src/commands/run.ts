import path from "node:path";
import { composeRunDeps } from "../compose/compose-run.ts";
import { remoteRun } from "../usecases/local-run.ts";
import { REMOTE_OPTIONS } from "./app-address-options.ts";
import { defineCommand } from "./define-command.ts";
import { endRun } from "./end-run.ts";
import { findAddress } from "./find-address.ts";
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
import { jsonOption, parseDuration } from "./shared-options.ts";

export const runCommand = defineCommand({
  name: "run",
  summary: "Run a notebook on a deployed app, and download its results",
  description: [
    "Compiles the notebook, sends it with the files of its folder, follows the run, and saves files, executed notebook, report and",
    "session as `local run` does. Ctrl-C ends the run and keeps its record; a second Ctrl-C exits and leaves it running.",
  ].join("\n"),
  positionals: [SOURCE_POSITIONAL],
  options: {
    ...REMOTE_OPTIONS,
    ...PARAMETER_OPTIONS,
    ...recordDirOption,
    ...runOptions,
    ...filesOptions,
    ...cacheOptions,
    ...upstreamMagicsOption,
    ...variablesOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit run notebook.ipynb --env prod",
    "same-kit run notebook.ipynb --host-name localhost:7071 --use-http -p alpha 0.6",
  ],
  async run({ options, positionals, given }, context) {
    const { cwd } = context;
    const summary = await remoteRun(
      {
        location: path.resolve(cwd, positionals[0] ?? "."),
        address: await findAddress(options, given, cwd),
        stateDir: options["state-dir"] === undefined ? null : path.resolve(cwd, options["state-dir"]),
        sameEnv: options["same-env"] ?? null,
        files: readFilesChoice(options),
        inPlace: options["in-place"],
        cache: readCacheMode(options),
        upstreamMagics: options["upstream-magics"],
        parameters: await readParameters(options, cwd),
        timeoutMs: parseDuration(options.timeout),
        isVerbose: false,
        savesLargeSession: options.session,
      },
      composeRunDeps(context),
    );
    return endRun(summary, context, options);
  },
});
