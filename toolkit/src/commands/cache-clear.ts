import { AppClient } from "../adapters/app/app-client.ts";
import { count, formatSize } from "../ui/format.ts";
import { REMOTE_OPTIONS } from "./app-address-options.ts";
import { defineCommand } from "./define-command.ts";
import { findAddress } from "./find-address.ts";
import { jsonOption, stateDirOption } from "./shared-options.ts";

export const cacheClearCommand = defineCommand({
  name: "cache clear",
  summary: "Remove all results from an app's step cache",
  description: "Steps run again when they are next needed. Runs and their results are not affected.",
  positionals: [],
  options: { ...REMOTE_OPTIONS, ...stateDirOption, ...jsonOption },
  examples: ["same-kit cache clear --env prod", "same-kit cache clear --host-name localhost:7071 --use-http"],
  async run({ options, given }, { cwd, console, signal }) {
    const address = await findAddress(options, given, cwd);
    const cleared = await new AppClient({ address, fetch }).clearCache(signal);
    console.json(cleared);
    const { results, freedBytes } = cleared;
    console.answer(
      `Removed ${count(results, "result")} from the cache of ${address.url}; freed ${formatSize(freedBytes)}.`,
    );
    return 0;
  },
});
