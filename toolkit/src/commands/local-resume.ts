import { composeRunDeps } from "../compose/compose-run.ts";
import { localResume } from "../usecases/local-resume.ts";
import { defineCommand } from "./define-command.ts";
import { endRun } from "./end-run.ts";
import {
  hostOptions,
  jsonOption,
  parseDuration,
  parsePort,
  resolveStateDir,
  sessionOption,
  stateDirOption,
} from "./shared-options.ts";

export const localResumeCommand = defineCommand({
  name: "local resume",
  summary: "Continue an unfinished run",
  description:
    "Boots what is needed, continues after the last finished step, and shows the result as `local run` does.",
  positionals: [{ name: "ID", help: "ID of the run, from `same-kit local status`", isOptional: false }],
  options: {
    port: hostOptions.port,
    storage: hostOptions.storage,
    "allow-user": hostOptions["allow-user"],
    ...stateDirOption,
    timeout: {
      type: "string",
      value: "TIME",
      help: "Time limit of the run, such as 90s or 10m (default: none)",
      variable: "SAME_KIT_TIMEOUT",
    },
    verbose: { type: "boolean", help: "Also show the host's own log lines" },
    ...sessionOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local resume multistep-20261125-094512-4f2c",
    "same-kit local resume multistep-20261125-094512-4f2c --json",
  ],
  async run({ options, positionals }, context) {
    const summary = await localResume(
      {
        id: positionals[0] as string,
        stateDir: resolveStateDir(options["state-dir"], context.cwd),
        port: parsePort(options.port),
        storage: options.storage ?? null,
        timeoutMs: parseDuration(options.timeout),
        isVerbose: options.verbose,
        savesLargeSession: options.session,
      },
      composeRunDeps(context, options["allow-user"]),
    );
    return endRun(summary, context);
  },
});
