import { composeRunDeps } from "../compose/compose-run.ts";
import { fetchRun } from "../usecases/fetch-run.ts";
import { REMOTE_OPTIONS } from "./app-address-options.ts";
import { defineCommand } from "./define-command.ts";
import { endRun } from "./end-run.ts";
import { findAddress } from "./find-address.ts";
import { sessionOption, variablesOption } from "./run-options.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const fetchCommand = defineCommand({
  name: "fetch",
  summary: "Wait for a run that another client started, and download its results",
  description: [
    "Saves executed notebook, report, files and session as `run` does. Without a record of the run here, the notebook is reconstructed from the",
    "code that was sent to the app. Ctrl-C does not affect the run.",
  ].join("\n"),
  positionals: [{ name: "ID", help: "ID of the run: its instance ID", isOptional: false }],
  options: { ...REMOTE_OPTIONS, ...stateDirOption, ...variablesOption, ...sessionOption, ...jsonOption },
  examples: [
    "same-kit fetch multistep-20261125-094512-4f2c --env prod",
    "same-kit fetch 3f1c0a8e4c5b4b0e9d0a7c1f --host-name localhost:7071 --use-http",
  ],
  async run({ options, positionals, given }, context) {
    const { cwd } = context;
    const isNamed = options["host-name"] !== undefined || options.env !== undefined;
    const summary = await fetchRun(
      {
        id: positionals[0] as string,
        stateDir: resolveStateDir(options["state-dir"], cwd),
        address: isNamed ? await findAddress(options, given, cwd) : null,
        accessKey: options.key ?? null,
        savesLargeSession: options.session,
      },
      composeRunDeps(context),
    );
    return endRun(summary, context, { variables: options.variables });
  },
});
