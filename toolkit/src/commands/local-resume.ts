import { composeRunDeps } from "../compose/compose-run.ts";
import { explainLocalResume, localResume } from "../usecases/local-resume.ts";
import { defineCommand } from "./define-command.ts";
import { endExplained, endRun } from "./end-run.ts";
import { continueOptions, readContinueOptions, sessionOption, variablesOption } from "./run-options.ts";
import {
  hostOptions,
  jsonOption,
  parseDuration,
  parsePort,
  resolveStateDir,
  stateDirOption,
} from "./shared-options.ts";

export const localResumeCommand = defineCommand({
  name: "local resume",
  summary: "Continue a run: an unfinished one, or a failed one after you edit the notebook",
  description: [
    "An unfinished run continues after its last finished step. For a run that failed, or ended, a new run starts with the notebook as",
    "it is now: steps that completed and have not changed are kept, with their variables, files and outputs; the others run.",
  ].join("\n"),
  positionals: [{ name: "ID", help: "ID of the run, from `same-kit local status`", isOptional: false }],
  options: {
    port: hostOptions.port,
    storage: hostOptions.storage,
    offline: hostOptions.offline,
    "allow-user": hostOptions["allow-user"],
    ...stateDirOption,
    timeout: {
      type: "string",
      value: "TIME",
      help: "Time limit of the run, such as 90s or 10m (default: none)",
      variable: "SAME_KIT_TIMEOUT",
    },
    ...continueOptions,
    verbose: { type: "boolean", help: "Also show the host's own log lines" },
    ...variablesOption,
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local resume multistep-20261125-094512-4f2c",
    "same-kit local resume multistep-20261125-094512-4f2c --from 2 --explain",
  ],
  async run({ options, positionals }, context) {
    const deps = composeRunDeps(context, options["allow-user"]);
    const stateDir = resolveStateDir(options["state-dir"], context.cwd);
    const wish = { id: positionals[0] as string, stateDir, ...readContinueOptions(options) };
    if (options.explain) return endExplained(await explainLocalResume(wish, deps), context);
    const summary = await localResume(
      {
        ...wish,
        port: parsePort(options.port),
        storage: options.storage ?? null,
        isOffline: options.offline,
        timeoutMs: parseDuration(options.timeout),
        isVerbose: options.verbose,
        savesLargeSession: options.session,
      },
      deps,
    );
    return endRun(summary, context, { variables: options.variables });
  },
});
