import { hint, sameKit } from "@same-kit/shared";
import { createEmulator } from "../adapters/local/emulator.ts";
import { RunRecords } from "../adapters/records/run-records.ts";
import { renderTable } from "../ui/table.ts";
import { localStatus } from "../usecases/local-status.ts";
import { defineCommand } from "./define-command.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

const SHOWN_RUNS = 10;

export const localStatusCommand = defineCommand({
  name: "local status",
  summary: "Show local hosts and runs",
  positionals: [],
  options: {
    ...stateDirOption,
    "show-key": {
      type: "boolean",
      help: "Connection strings of the hosts' storage, with the key: for Storage Explorer and other tools",
    },
    ...jsonOption,
  },
  examples: ["same-kit local status", "same-kit local status --state-dir demo/.same-kit --json"],
  async run({ options }, { cwd, console }) {
    const records = new RunRecords(resolveStateDir(options["state-dir"], cwd));
    const showsKey = options["show-key"] === true;
    const status = await localStatus(records, createEmulator(), { showsKey });
    console.json(status);
    if (showsKey && status.hosts.length > 0) {
      console.answer([...new Set(status.hosts.map(({ connectionString = "" }) => connectionString))].join("\n"));
      return 0;
    }
    const hosts = status.hosts.map(({ url, hubName, appDir, storage, pid }) => [
      url,
      hubName,
      storage,
      String(pid),
      appDir,
    ]);
    console.answer(
      hosts.length === 0
        ? `No host uses ${records.stateDir}.`
        : renderTable(["Host", "Task hub", "Storage", "Process", "App"], hosts, console),
    );
    const runs = status.runs.slice(-SHOWN_RUNS).map(({ id, state, startedAt }) => [id, state, startedAt]);
    if (runs.length > 0) console.answer(renderTable(["Run", "State", "Started"], runs, console));
    for (const { id } of status.runs.filter(({ state }) => ["abandoned", "suspended", "lost"].includes(state))) {
      console.answer(hint`${sameKit("local resume", id)} continues it, ${sameKit("local discard", id)} discards it.`);
    }
    return 0;
  },
});
