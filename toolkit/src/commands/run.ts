import path from "node:path";
import { UsageError } from "@same-kit/shared";
import { type AppAddress, parseAppAddress } from "../adapters/app/app-address.ts";
import { composeRunDeps } from "../compose/compose-run.ts";
import { loadOutputs } from "../deployment/outputs.ts";
import type { ToolkitErrorCode } from "../errors.ts";
import { remoteRun } from "../usecases/local-run.ts";
import { defineCommand } from "./define-command.ts";
import { ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";
import { endRun } from "./end-run.ts";
import { PARAMETER_OPTIONS, readParameters } from "./parameter-options.ts";
import {
  appOptions,
  filesOptions,
  jsonOption,
  parseDuration,
  readFilesChoice,
  recordDirOption,
  runOptions,
  SOURCE_POSITIONAL,
  sessionOption,
  upstreamMagicsOption,
} from "./shared-options.ts";

export const runCommand = defineCommand({
  name: "run",
  summary: "Run a notebook on a deployed app, and fetch all that it leaves",
  description: [
    "Compiles the notebook, sends it with the files of its folder, follows the run, and saves files, executed notebook, report and",
    "session as `local run` does. Ctrl-C ends the run and keeps its record; a second Ctrl-C exits and leaves it running.",
  ].join("\n"),
  positionals: [SOURCE_POSITIONAL],
  options: {
    "host-name": {
      type: "string",
      value: "HOST",
      help: "HOST, HOST:PORT or same:KEY@HOST (default: the app of --env)",
      variable: "FUNCTIONS_HOST_NAME",
    },
    ...appOptions,
    env: ENVIRONMENT_OPTIONS.env,
    ...PARAMETER_OPTIONS,
    ...recordDirOption,
    ...runOptions,
    ...filesOptions,
    ...upstreamMagicsOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit run notebook.ipynb --env prod",
    "same-kit run notebook.ipynb --host-name localhost:7071 --use-http -p alpha 0.6",
  ],
  async run({ options, positionals }, context) {
    const { cwd } = context;
    const summary = await remoteRun(
      {
        location: path.resolve(cwd, positionals[0] ?? "."),
        address: await findAddress(options, cwd),
        stateDir: options["state-dir"] === undefined ? null : path.resolve(cwd, options["state-dir"]),
        sameEnv: options["same-env"] ?? null,
        files: readFilesChoice(options),
        upstreamMagics: options["upstream-magics"],
        parameters: await readParameters(options, cwd),
        timeoutMs: parseDuration(options.timeout),
        isVerbose: false,
        savesLargeSession: options.session,
      },
      composeRunDeps(context),
    );
    return endRun(summary, context);
  },
});

type AddressOptions = {
  "host-name": string | undefined;
  "use-http": boolean;
  key: string | undefined;
  env: string | undefined;
  "state-dir": string | undefined;
};

/** @throws UsageError `ERR_USAGE` where neither an address nor a deployment is named. */
async function findAddress(options: AddressOptions, cwd: string): Promise<AppAddress> {
  const { "host-name": host, "use-http": useHttp, key: accessKey = null, env, "state-dir": place } = options;
  if (host !== undefined) return parseAppAddress(host, { useHttp, accessKey });
  if (env === undefined) {
    throw new UsageError<ToolkitErrorCode>({
      code: "ERR_USAGE",
      message: "No app is named.",
      hint: "Name its address with --host-name, or a deployment with --env.",
    });
  }
  const outputs = await loadOutputs(await toFolder({ env, "state-dir": place, rehearse: false }, cwd));
  return { url: `https://${outputs.hostName}`, accessKey: accessKey ?? outputs.accessKey };
}
