import { systemWaiting } from "@same-kit/shared";
import { signedInTo } from "../compose/compose-sign-in.ts";
import { explainingNetwork } from "../compose/explain-network.ts";
import { loadOutputs, subscriptionOf } from "../deployment/outputs.ts";
import { usageError } from "../errors.ts";
import { deploymentLogs, rehearsalLogs } from "../usecases/deployment-logs.ts";
import { defineCommand } from "./define-command.ts";
import { CLOUD_OPTIONS, ENVIRONMENT_OPTIONS, toFolder } from "./deployment-options.ts";

const DEFAULT_MINUTES = 60;
const MAX_MINUTES = 31 * 24 * 60;

export const logsCommand = defineCommand({
  name: "logs",
  summary: "Show the log of a deployed app",
  description: "Reads Application Insights, where a line appears a minute or two after it was printed.",
  positionals: [],
  options: {
    ...ENVIRONMENT_OPTIONS,
    follow: { type: "boolean", help: "Keep printing new lines until Ctrl-C" },
    "since-minutes": { type: "string", value: "MINUTES", help: `How far back (default: ${DEFAULT_MINUTES})` },
    subscription: CLOUD_OPTIONS.subscription,
  },
  examples: ["same-kit logs --env prod --follow", "same-kit logs --rehearse"],
  async run({ options }, context) {
    const { console, signal } = context;
    const sinceMinutes = toMinutes(options["since-minutes"]);
    const folder = await toFolder(options, context.cwd);
    const outputs = await loadOutputs(folder);
    const onLine = (line: string) => console.write(`${line}\n`);
    if (folder.isRehearsal) {
      await rehearsalLogs(folder, onLine);
      if (options.follow) console.note("End of the log: a rehearsed app stops with the command that rehearsed it.");
      return 0;
    }
    await explainingNetwork(async () => {
      const azure = await signedInTo(options.subscription ?? subscriptionOf(outputs), context);
      const deps = { azure, waiting: systemWaiting, signal, onLine };
      await deploymentLogs(outputs, { follow: options.follow, sinceMinutes }, deps);
    });
    return 0;
  },
});

function toMinutes(text: string | undefined): number {
  const minutes = text === undefined ? DEFAULT_MINUTES : Number(text);
  if (minutes > 0 && minutes <= MAX_MINUTES) return minutes;
  throw usageError(
    `--since-minutes ${text} is not a number of minutes.`,
    `Use a value such as 60; at most ${MAX_MINUTES}, a month.`,
  );
}
