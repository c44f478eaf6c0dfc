import { systemWaiting } from "@same-kit/shared";
import type { CommandContext } from "../command-context.ts";
import { usageError } from "../errors.ts";
import { createPhaseView } from "../ui/phases.ts";
import { watchAnswers } from "../usecases/watch-answers.ts";
import { defineCommand } from "./define-command.ts";
import { type Action, type ActionCall, INSTANCE_ACTIONS } from "./instance-actions.ts";
import { parseTime, parseTop } from "./instance-filters.ts";
import { findTarget, type InstanceTarget } from "./instance-target.ts";
import { jsonOption, stateDirOption } from "./shared-options.ts";

const DEFAULT_TOP = 50;

export const localInstancesCommand = defineCommand({
  name: "local instances",
  summary: "List and change orchestration instances",
  description:
    "ACTION is one of list, show ID, history ID, start ORCHESTRATOR, raise ID EVENT, suspend ID, resume ID, terminate ID, rewind ID, restart ID, purge [ID], or delete-hub. Works on the running local host, on the app of --env or --host-name, or on any task hub by --storage and --hub.",
  positionals: [
    { name: "ACTION", help: "What to do (default: list)", isOptional: true },
    { name: "ID", help: "The instance, or for start the orchestrator", isOptional: true },
    { name: "EVENT", help: "The event that raise raises", isOptional: true },
  ],
  options: {
    prefix: { type: "string", value: "TEXT", help: "Only instances whose ID begins with this text" },
    status: { type: "string", multiple: true, value: "STATUS", help: "Only Running, Failed, Completed …" },
    from: { type: "string", value: "TIME", help: "Only instances created since, such as 2026-11-27T08:00Z" },
    to: { type: "string", value: "TIME", help: "Only instances created before" },
    top: { type: "string", value: "COUNT", help: `How many to list (default: ${DEFAULT_TOP})` },
    input: { type: "string", value: "JSON", help: "Input of the started instance" },
    id: { type: "string", value: "ID", help: "ID of the started instance (default: a new one)" },
    data: { type: "string", value: "JSON", help: "Value of the raised event (default: null)" },
    reason: { type: "string", value: "TEXT", help: "Reason for suspending, terminating … an instance" },
    "same-id": { type: "boolean", help: "Restart under the same ID" },
    storage: {
      type: "string",
      value: "WHERE",
      help: "Use the task hub in this storage, without a host: disk, ports:BLOB,QUEUE,TABLE or a connection string",
    },
    hub: {
      type: "string",
      value: "NAME",
      help: "The task hub in that storage (default: from host.json here, else the folder's)",
    },
    env: { type: "string", value: "NAME", help: "The app of this deployment; its key is read from Azure" },
    "host-name": {
      type: "string",
      value: "HOST",
      help: "HOST or HOST:PORT of an app (default: the running local host)",
    },
    "use-http": { type: "boolean", help: "http instead of https", variable: "FUNCTIONS_USE_HTTP" },
    "management-key": {
      type: "string",
      value: "KEY",
      help: "System key durabletask_extension of a deployed app",
      variable: "SAME_KIT_MANAGEMENT_KEY",
    },
    watch: { type: "boolean", help: "With list, show or history: print it again whenever it changes, until Ctrl-C" },
    yes: { type: "boolean", help: "Change a hub that is not on this machine without asking" },
    ...stateDirOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local instances list --status Running",
    "same-kit local instances raise ID Approval --data true",
    "same-kit local instances purge --from 2026-11-01",
    "same-kit local instances list --env prod --watch",
    'same-kit local instances delete-hub --storage "$CONNECTION" --hub MyHub',
  ],
  async run({ options, positionals }, context) {
    const [name = "list", ...args] = positionals;
    const action = INSTANCE_ACTIONS[name];
    if (action === undefined) {
      throw usageError(`"${name}" is not an action; known are ${Object.keys(INSTANCE_ACTIONS).join(", ")}.`);
    }
    const missing = action.takes.slice(args.length);
    if (missing.length > 0) throw usageError(`local instances ${name} needs ${missing.join(" and ")}.`);
    const call = {
      input: options.input,
      data: options.data,
      id: options.id,
      reason: options.reason,
      sameId: options["same-id"],
      top: parseTop(options.top, DEFAULT_TOP),
      filter: {
        prefix: options.prefix,
        statuses: options.status,
        from: parseTime("--from", options.from),
        to: parseTime("--to", options.to),
      },
    };
    checkWatch(options, action.isHarmless);
    const target = await findTarget(options, context);
    try {
      return await answer({ action, words: [name, ...args], call, target, options }, context);
    } finally {
      await target.close();
    }
  },
});

type Answering = {
  action: Action;
  /** The name and arguments of the action. */
  words: readonly string[];
  call: ActionCall["options"];
  target: InstanceTarget;
  options: { watch: boolean; yes: boolean };
};

async function answer(
  { action, words, call, target, options }: Answering,
  { console, signal }: CommandContext,
): Promise<number> {
  if (!action.isHarmless && !target.isLocal && !options.yes) {
    const view = createPhaseView(console, signal);
    if (!(await view.confirm(`Do "${words.join(" ")}" on ${target.name}?`))) return 1;
  }
  const { client, deleteHub } = target;
  const run = () => action.run({ client, deleteHub, console, args: words.slice(1), options: call });
  if (options.watch) {
    await watchAnswers(
      async () => (await run()).text,
      (text) => console.answer(text),
      { signal, waiting: systemWaiting },
    );
    return 0;
  }
  const { data, text } = await run();
  console.json(data);
  console.answer(text);
  return 0;
}

function checkWatch({ watch, json }: { watch: boolean; json: boolean }, isHarmless: boolean): void {
  if (!watch) return;
  if (json) throw usageError("--watch and --json contradict each other: --json prints one document.");
  if (!isHarmless) throw usageError("--watch repeats list, show or history only.");
}
