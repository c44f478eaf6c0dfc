import { readFileSync } from "node:fs";
import path from "node:path";
import { loadLocalSettings, parseStorageChoice } from "@same-kit/local";
import { reasonOf } from "@same-kit/shared";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../errors.ts";
import { createPhaseView } from "../ui/phases.ts";
import { defineCommand } from "./define-command.ts";
import { DURABLE_ACTIONS } from "./func-durable-actions.ts";
import { toScriptRoot } from "./func-host-options.ts";
import { parseTime, parseTop } from "./instance-filters.ts";
import { findTarget, type InstanceTarget, openStorageTarget } from "./instance-target.ts";
import { resolveStateDir, stateDirOption } from "./shared-options.ts";

const DEFAULT_TOP = 10;

export const funcDurableCommand = defineCommand({
  name: "func durable",
  summary: "Show and change orchestrations as `func durable` does",
  description:
    "ACTION is get-instances, get-runtime-status, get-history, start-new, raise-event, terminate, rewind, purge-history or delete-task-hub. Works on the host of this folder; without one, on the storage that its hosts use.",
  positionals: [{ name: "ACTION", help: "What to do", isOptional: false }],
  options: {
    id: { type: "string", value: "ID", help: "The instance; for start-new: its new ID" },
    "function-name": { type: "string", value: "NAME", help: "start-new: the orchestrator" },
    input: { type: "string", value: "JSON", help: "start-new: its input, as JSON or @FILE" },
    "event-name": { type: "string", value: "NAME", help: "raise-event: the event" },
    "event-data": { type: "string", value: "JSON", help: "raise-event: its value, as JSON or @FILE" },
    reason: { type: "string", value: "TEXT", help: "terminate, rewind: the reason" },
    "show-input": { type: "boolean", help: "get-runtime-status: with the input" },
    "show-output": { type: "boolean", help: "get-runtime-status: with the output" },
    "created-after": {
      type: "string",
      value: "TIME",
      help: "get-instances, purge-history: only instances created since",
    },
    "created-before": {
      type: "string",
      value: "TIME",
      help: "get-instances, purge-history: only instances created before",
    },
    "runtime-status": {
      type: "string",
      multiple: true,
      value: "STATUS",
      help: "Only these: running, completed, failed …",
    },
    top: { type: "string", value: "COUNT", help: `get-instances: how many (default: ${DEFAULT_TOP})` },
    "continuation-token": {
      type: "string",
      value: "TOKEN",
      help: "get-instances: continue after the previous call, with the token that it printed",
    },
    "task-hub-name": {
      type: "string",
      value: "NAME",
      help: "The task hub (default: from host.json, else the folder's)",
    },
    "connection-string-setting": {
      type: "string",
      value: "NAME",
      help: "App setting with the storage's connection string (default: the storage of its hosts)",
    },
    "script-root": { type: "string", value: "DIR", help: "Folder of the app (default: the current folder)" },
    yes: { type: "boolean", help: "Change a hub that is not on this machine without asking" },
    ...stateDirOption,
  },
  examples: [
    "same-kit func durable get-instances --runtime-status failed",
    "same-kit func durable start-new --function-name greet --input 5",
  ],
  async run({ options, positionals: [name = ""] }, context) {
    const action = DURABLE_ACTIONS[name.toLowerCase()];
    if (action === undefined) {
      throw usageError(`"${name}" is not an action; known are ${Object.keys(DURABLE_ACTIONS).join(", ")}.`);
    }
    const appDir = toScriptRoot(options["script-root"], context.cwd);
    for (const needed of action.needs)
      if (options[needed] === undefined) throw usageError(`${name} needs --${needed}.`);
    const filter = {
      statuses: options["runtime-status"].flatMap((it) => it.split(",")).map(toStatus),
      from: parseTime("--created-after", options["created-after"]),
      to: parseTime("--created-before", options["created-before"]),
    };
    const call = {
      ...options,
      input: readJson("--input", options.input, context.cwd),
      "event-data": readJson("--event-data", options["event-data"], context.cwd),
      top: parseTop(options.top, DEFAULT_TOP),
      filter,
    };
    const { console, signal } = context;
    const target = await findHub({ ...options, "state-dir": resolveStateDir(options["state-dir"], appDir) }, name, {
      ...context,
      cwd: appDir,
    });
    try {
      if (!action.isHarmless && !target.isLocal && !options.yes) {
        const question = `Do "${[name, options.id ?? ""].join(" ").trim()}" on ${target.name}?`;
        if (!(await createPhaseView(console, signal).confirm(question))) return 1;
      }
      console.answer(await action.run({ target, console, call }));
      return 0;
    } finally {
      await target.close();
    }
  },
});

type HubOptions = {
  "task-hub-name": string | undefined;
  "connection-string-setting": string | undefined;
  "state-dir": string;
};

/** A hub is removed through its storage, but not while a host uses it. */
async function findHub(options: HubOptions, action: string, context: CommandContext): Promise<InstanceTarget> {
  const { "task-hub-name": hub, "connection-string-setting": setting, "state-dir": stateDir } = options;
  const place = { hub, "state-dir": stateDir };
  if (setting !== undefined) return openStorageTarget(await storageOf(setting, context), place, context);
  const hosts = await createEmulator().listHosts(stateDir);
  const host = hosts.find(({ hubName }) => hub === undefined || hubName.toLowerCase() === hub.toLowerCase());
  if (host === undefined || action.toLowerCase() === "delete-task-hub") {
    return openStorageTarget({ kind: "disk" }, place, context);
  }
  const nothing = { storage: undefined, hub: undefined, env: undefined, "management-key": undefined };
  return findTarget({ ...nothing, "host-name": host.url, "use-http": false, "state-dir": stateDir }, context);
}

/** `UseDevelopmentStorage=true` is the storage of this folder's hosts, as for the app. */
async function storageOf(setting: string, { cwd, env }: CommandContext) {
  const text = env[setting] || (await loadLocalSettings(cwd)).values[setting];
  if (text === undefined) throw usageError(`--connection-string-setting ${setting}: the app has no such setting.`);
  return /^UseDevelopmentStorage=true;?$/i.test(text.trim()) ? ({ kind: "disk" } as const) : parseStorageChoice(text);
}

/** The text itself, or the content of the file after an `@`. */
function readJson(option: string, given: string | undefined, cwd: string): string | undefined {
  if (given === undefined) return undefined;
  try {
    const text = given.startsWith("@") ? readFileSync(path.resolve(cwd, given.slice(1)), "utf8") : given;
    JSON.parse(text);
    return text;
  } catch (error) {
    throw usageError(`${option} ${given} cannot be read: it takes JSON, or @FILE with JSON. ${reasonOf(error)}.`);
  }
}

/** The API's spelling: `Running` for running, `ContinuedAsNew` for continuedasnew. */
function toStatus(text: string): string {
  const known = ["Running", "Completed", "ContinuedAsNew", "Failed", "Canceled", "Terminated", "Pending", "Suspended"];
  const found = known.find((it) => it.toLowerCase() === text.trim().toLowerCase());
  if (found !== undefined) return found;
  throw usageError(`--runtime-status ${text} is not a status; known are ${known.join(", ")}.`);
}
