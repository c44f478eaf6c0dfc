import { AppClient } from "../adapters/app/app-client.ts";
import { count, formatSize } from "../ui/format.ts";
import { REMOTE_OPTIONS } from "./app-address-options.ts";
import { defineCommand } from "./define-command.ts";
import { findAddress } from "./find-address.ts";
import { jsonOption, stateDirOption } from "./shared-options.ts";

export const cacheShowCommand = defineCommand({
  name: "cache show",
  summary: "Show the size of an app's step cache",
  description: "Asks a deployed app, or with --host-name and --use-http a local host, which step results it stores.",
  positionals: [],
  options: { ...REMOTE_OPTIONS, ...stateDirOption, ...jsonOption },
  examples: ["same-kit cache show --env prod", "same-kit cache show --host-name localhost:7071 --use-http --json"],
  async run({ options, given }, { cwd, console, signal }) {
    const address = await findAddress(options, given, cwd);
    const cache = await new AppClient({ address, fetch }).cache(signal);
    console.json(cache);
    const { results, sizeBytes, oldestAt, newestAt, maxBytes, maxDays } = cache;
    console.answer(`The cache of ${address.url} has ${count(results, "result")}, ${formatSize(sizeBytes)}.`);
    if (oldestAt !== null && newestAt !== null) console.answer(`Stored from ${oldestAt} to ${newestAt}.`);
    console.answer(`A result is kept for ${count(maxDays, "day")}, all of them up to ${formatSize(maxBytes)}.`);
    return 0;
  },
});
