import { composeRunDeps } from "../compose/compose-run.ts";
import { formatSize } from "../ui/format.ts";
import { localDiscard } from "../usecases/local-discard.ts";
import { defineCommand } from "./define-command.ts";
import { hostOptions, jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const localDiscardCommand = defineCommand({
  name: "local discard",
  summary: "Discard an unfinished run",
  description: "Removes the run's record, and removes the run from its task hub, so that no host continues it.",
  positionals: [{ name: "ID", help: "ID of the run, from `same-kit local status`", isOptional: false }],
  options: { storage: hostOptions.storage, ...stateDirOption, ...jsonOption },
  examples: [
    "same-kit local discard multistep-20261125-094512-4f2c",
    "same-kit local discard multistep-20261125-094512-4f2c --state-dir demo/.same-kit",
  ],
  async run({ options, positionals }, context) {
    const stateDir = resolveStateDir(options["state-dir"], context.cwd);
    const request = { id: positionals[0] as string, stateDir, storage: options.storage ?? null };
    const { id, freedBytes } = await localDiscard(request, composeRunDeps(context));
    context.console.json({ id, freedBytes });
    context.console.answer(`Discarded the run ${id}; freed ${formatSize(freedBytes)}.`);
    return 0;
  },
});
