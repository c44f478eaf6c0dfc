import { createEmulator } from "../adapters/local/emulator.ts";
import { noHost } from "../usecases/run/run-host.ts";
import { defineCommand } from "./define-command.ts";
import { resolveStateDir, stateDirOption } from "./shared-options.ts";

export const localLogsCommand = defineCommand({
  name: "local logs",
  summary: "Show the log of a background host",
  description: "If several hosts run, shows the log of the newest. A foreground host prints to its own terminal.",
  positionals: [],
  options: { ...stateDirOption, follow: { type: "boolean", help: "Keep printing new lines until Ctrl-C" } },
  examples: ["same-kit local logs", "same-kit local logs --follow"],
  async run({ options }, { cwd, console, signal }) {
    const stateDir = resolveStateDir(options["state-dir"], cwd);
    const emulator = createEmulator();
    const host = (await emulator.listHosts(stateDir)).findLast(({ isDetached }) => isDetached);
    if (host === undefined) throw noHost(stateDir);
    for await (const text of emulator.readLog(host, options.follow ? { signal } : undefined)) console.write(text);
    return 0;
  },
});
