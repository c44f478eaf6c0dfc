import { createEmulator } from "../adapters/local/emulator.ts";
import { count } from "../ui/format.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

export const localDownCommand = defineCommand({
  name: "local down",
  summary: "Stop local hosts",
  description:
    "Stops all hosts that use this state folder, whichever terminal they were started in. Their state is kept.",
  positionals: [],
  options: { ...stateDirOption, ...jsonOption },
  examples: ["same-kit local down", "same-kit local down --state-dir demo/.same-kit"],
  async run({ options }, { cwd, console }) {
    const stateDir = resolveStateDir(options["state-dir"], cwd);
    const emulator = createEmulator();
    const hosts = await emulator.listHosts(stateDir);
    for (const host of hosts.toReversed()) await emulator.stopHost(stateDir, host);
    console.json({ stopped: hosts.map(({ url, process: { pid } }) => ({ url, pid })) });
    console.answer(
      hosts.length === 0
        ? `No host uses ${stateDir}.`
        : `Stopped ${count(hosts.length, "host")}: ${hosts.map(({ url }) => url).join(", ")}.`,
    );
    return 0;
  },
});
