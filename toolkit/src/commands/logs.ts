import { signedInTo } from "../cli/compose-sign-in.ts";
import { realWaiting } from "../deployment/hastened-waiting.ts";
import { loadOutputs } from "../deployment/outputs.ts";
import { deploymentLogs, rehearsalLogs } from "../usecases/deployment-logs.ts";
import { defineCommand } from "./define-command.ts";
import { CLOUD_OPTIONS, ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";

const DEFAULT_MINUTES = 60;

export const logsCommand = defineCommand({
  name: "logs",
  summary: "Show what a deployed app printed",
  description: "From Application Insights, which shows a line a minute or two after it was printed.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    follow: { type: "boolean", help: "Go on until Ctrl-C" },
    "since-minutes": { type: "string", value: "MINUTES", help: `How far back (default: ${DEFAULT_MINUTES})` },
    subscription: CLOUD_OPTIONS.subscription,
  },
  examples: ["same-kit logs --env prod --follow", "same-kit logs --rehearse"],
  async run({ options }, context) {
    const { console, signal } = context;
    const folder = await toFolder(options, context.cwd);
    const outputs = await loadOutputs(folder);
    const onLine = (line: string) => console.write(`${line}\n`);
    if (folder.isRehearsal) {
      await rehearsalLogs(folder, onLine);
      return 0;
    }
    const azure = await signedInTo(options.subscription ?? null, context);
    const sinceMinutes = Number(options["since-minutes"] ?? DEFAULT_MINUTES) || DEFAULT_MINUTES;
    await deploymentLogs(
      outputs,
      { follow: options.follow, sinceMinutes },
      { azure, waiting: realWaiting, signal, onLine },
    );
    return 0;
  },
});
