import { RunRecords } from "../adapters/records/run-records.ts";
import { reportVariables } from "../reports/variables-report.ts";
import { runVariables } from "../usecases/run-variables.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const variablesCommand = defineCommand({
  name: "variables",
  summary: "Show which variables a run passed from step to step, and which were lost",
  description: [
    "For a run that has a record here, local or on a deployed app: name, type and size of each variable, the cell that created it,",
    "whether its value changed, and why a variable was lost.",
  ].join("\n"),
  positionals: [{ name: "ID", help: "ID of the run (default: the latest that ended)", isOptional: true }],
  options: { ...stateDirOption, ...jsonOption },
  examples: ["same-kit variables", "same-kit variables multistep-20261125-094512-4f2c --json"],
  async run({ options, positionals }, { cwd, console }) {
    const records = new RunRecords(resolveStateDir(options["state-dir"], cwd));
    const { id, steps } = await runVariables(positionals[0] ?? null, records);
    console.json({ formatVersion: 1, id, steps });
    console.note(`Run ${id}`);
    reportVariables(steps, console);
    return 0;
  },
});
