import path from "node:path";
import { parseStorageChoice, replayInstances } from "@same-kit/local";
import { usageError } from "../errors.ts";
import { describeReplay, reportReplays } from "../reports/replay-report.ts";
import { formatLogEntry } from "../ui/log-line.ts";
import { replay } from "../usecases/replay.ts";
import { defineCommand } from "./define-command.ts";
import { hostOptions, jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

const DEFAULT_LAST = "20";

export const replayCommand = defineCommand({
  name: "replay",
  summary: "Check that an app's code is still compatible with its recorded histories",
  description:
    "Replays the newest instances of a task hub on the code of an app, and reports the first event at which the code behaves differently, with the line of the orchestrator. Only reads the hub. Exits with 1 if an instance diverges: a gate before a deployment.",
  positionals: [{ name: "APP", help: "A folder with host.json (default: here)", isOptional: true }],
  options: {
    last: { type: "string", value: "COUNT", help: `How many of the newest instances (default: ${DEFAULT_LAST})` },
    instance: { type: "string", multiple: true, value: "ID", help: "Replay this instance instead" },
    file: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "Replay this recorded history instead: a response of the management API with showHistory and showHistoryOutput",
    },
    hub: { type: "string", value: "NAME", help: "The task hub (default: from host.json, else the app folder's)" },
    storage: hostOptions.storage,
    ...stateDirOption,
    verbose: { type: "boolean", help: "Also show what the app logs" },
    ...jsonOption,
  },
  examples: [
    "same-kit replay my-app --last 100",
    'same-kit replay my-app --storage "$AzureWebJobsStorage" --hub MyHub --json',
    "same-kit replay my-app --file recorded.json",
  ],
  async run({ options, positionals }, { cwd, console, signal }) {
    const reports = await replay(
      {
        appDir: path.resolve(cwd, positionals[0] ?? "."),
        stateDir: resolveStateDir(options["state-dir"], cwd),
        storage: parseStorageChoice(options.storage ?? "disk"),
        last: parseCount(options.last ?? DEFAULT_LAST),
        instanceIds: options.instance,
        files: options.file.map((file) => path.resolve(cwd, file)),
        ...(options.hub === undefined ? {} : { hubName: options.hub }),
      },
      {
        replay: replayInstances,
        signal,
        onReport: (report) => console.note(describeReplay(report)),
        onLog: (entry) => options.verbose && console.note(formatLogEntry(entry)),
      },
    );
    reportReplays(reports, console);
    return reports.some(({ divergence }) => divergence !== null) ? 1 : 0;
  },
});

function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usageError(`--last ${text} is not a valid count.`, "Use a whole number from 1 to 999999.");
}
