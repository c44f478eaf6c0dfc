import { hint, sameKit } from "@same-kit/shared";
import { createEmulator } from "../adapters/local/emulator.ts";
import { count, formatSize } from "../ui/format.ts";
import { localClean } from "../usecases/local-clean.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const localCleanCommand = defineCommand({
  name: "local clean",
  summary: "Remove records, logs and data that are no longer needed",
  description:
    "Removes the records of finished runs, the logs of hosts that no longer run and, if no run is unfinished, the storage's data.",
  positionals: [],
  options: { ...stateDirOption, all: { type: "boolean", help: "Also remove unfinished runs" }, ...jsonOption },
  examples: ["same-kit local clean", "same-kit local clean --all --state-dir demo/.same-kit"],
  async run({ options }, { cwd, console }) {
    const result = await localClean(resolveStateDir(options["state-dir"], cwd), options.all, createEmulator());
    console.json(result);
    console.answer(
      `Removed ${count(result.runs, "run")}${result.removedStorage ? " and the storage's data" : ""}; freed ${formatSize(result.freedBytes)}.`,
    );
    if (result.keptRuns > 0)
      console.answer(hint`${count(result.keptRuns, "unfinished run")} kept; ${sameKit("local status")} lists them.`);
    return 0;
  },
});
