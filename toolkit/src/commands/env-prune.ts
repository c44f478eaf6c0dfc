import { openEnvironments } from "../adapters/machine/environments.ts";
import { usageError } from "../errors.ts";
import { count, formatSize } from "../ui/format.ts";
import { pruneEnvironments } from "../usecases/environments.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption } from "./shared-options.ts";

const DEFAULT_DAYS = 30;

export const envPruneCommand = defineCommand({
  name: "env prune",
  summary: "Remove environments that are no longer used",
  description:
    "Removes environments that no step has used for a while, and those whose Python no longer exists. If a step needs one again, it is recreated.",
  positionals: [],
  options: {
    days: {
      type: "string",
      value: "DAYS",
      help: `Keep environments used within this many days (default: ${DEFAULT_DAYS})`,
    },
    all: { type: "boolean", help: "Remove all environments; steps that are running in one may fail" },
    ...jsonOption,
  },
  examples: ["same-kit env prune", "same-kit env prune --days 7", "same-kit env prune --all"],
  async run({ options }, { env, console }) {
    const unusedDays = options.all ? 0 : parseDays(options.days);
    const result = await pruneEnvironments({ environments: openEnvironments(env), unusedDays, now: Date.now() });
    console.json(result);
    const { removed, kept, freedBytes } = result;
    console.answer(`Removed ${count(removed.length, "environment")}, kept ${kept}; freed ${formatSize(freedBytes)}.`);
    return 0;
  },
});

function parseDays(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DAYS;
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text);
  throw usageError(`--days ${text} is not a number of days.`, "Use a whole number from 1, or --all.");
}
