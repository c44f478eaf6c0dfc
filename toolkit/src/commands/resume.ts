import { composeRunDeps } from "../compose/compose-run.ts";
import { explainRemoteResume, remoteResume } from "../usecases/remote-resume.ts";
import { REMOTE_OPTIONS } from "./app-address-options.ts";
import { defineCommand } from "./define-command.ts";
import { endExplained, endRun } from "./end-run.ts";
import { findAddress } from "./find-address.ts";
import { continueOptions, readContinueOptions, runOptions, sessionOption, variablesOption } from "./run-options.ts";
import { jsonOption, parseDuration, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const resumeCommand = defineCommand({
  name: "resume",
  summary: "Continue a failed run on a deployed app after you edit the notebook",
  description: [
    "Starts a new run of the current notebook on the app of the run: steps that completed and have not changed are kept,",
    "with their variables, files and outputs; the others run. The deployed counterpart of `local resume`.",
  ].join("\n"),
  positionals: [{ name: "ID", help: "ID of the run, as `run` printed it", isOptional: false }],
  options: {
    ...REMOTE_OPTIONS,
    ...stateDirOption,
    ...continueOptions,
    timeout: runOptions.timeout,
    ...variablesOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit resume multistep-20261125-094512-4f2c --env prod",
    "same-kit resume multistep-20261125-094512-4f2c --host-name same:KEY@my-app.azurewebsites.net --from 2",
  ],
  async run({ options, positionals, given }, context) {
    const { cwd } = context;
    const deps = composeRunDeps(context);
    const stateDir = resolveStateDir(options["state-dir"], cwd);
    const wish = { id: positionals[0] as string, stateDir, ...readContinueOptions(options) };
    if (options.explain) return endExplained(await explainRemoteResume(wish, deps), context);
    const isNamed = options["host-name"] !== undefined || options.env !== undefined;
    const summary = await remoteResume(
      {
        ...wish,
        address: isNamed ? await findAddress(options, given, cwd) : null,
        accessKey: options.key ?? null,
        timeoutMs: parseDuration(options.timeout),
        isVerbose: false,
        savesLargeSession: options.session,
      },
      deps,
    );
    return endRun(summary, context, { variables: options.variables });
  },
});
