import { parseAppAddress } from "../adapters/app/app-address.ts";
import { ManagementClient } from "../adapters/app/management-client.ts";
import { createEmulator } from "../adapters/local/emulator.ts";
import type { CommandContext } from "../command-context.ts";
import { createPhaseView } from "../ui/phases.ts";
import { noHost } from "../usecases/run/run-host.ts";
import { defineCommand } from "./define-command.ts";
import { INSTANCE_ACTIONS, usage } from "./instance-actions.ts";
import { jsonOption, resolveStateDir, stateDirOption } from "./shared-options.ts";

const DEFAULT_TOP = 50;

export const localInstancesCommand = defineCommand({
  name: "local instances",
  summary: "List and change orchestration instances",
  description:
    "ACTION is list, show ID, history ID, start ORCHESTRATOR, raise ID EVENT, suspend ID, resume ID, terminate ID, rewind ID, restart ID, or purge [ID]. Works on the running local host, or on the app that --host-name names.",
  positionals: [
    { name: "ACTION", help: "What to do (default: list)", isOptional: true },
    { name: "ID", help: "The instance, or for start the orchestrator", isOptional: true },
    { name: "EVENT", help: "The event that raise raises", isOptional: true },
  ],
  options: {
    prefix: { type: "string", value: "TEXT", help: "Only instances whose ID begins with it" },
    status: { type: "string", multiple: true, value: "STATUS", help: "Only Running, Failed, Completed …" },
    from: { type: "string", value: "TIME", help: "Only those created since, such as 2026-11-27T08:00Z" },
    to: { type: "string", value: "TIME", help: "Only those created before" },
    top: { type: "string", value: "COUNT", help: `How many are listed (default: ${DEFAULT_TOP})` },
    input: { type: "string", value: "JSON", help: "Input of what is started" },
    id: { type: "string", value: "ID", help: "ID of what is started (default: a new one)" },
    data: { type: "string", value: "JSON", help: "Value of the event that is raised (default: null)" },
    reason: { type: "string", value: "TEXT", help: "Why an instance is suspended, terminated …" },
    "same-id": { type: "boolean", help: "Restart under the same ID" },
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
    yes: { type: "boolean", help: "Change a deployed app without asking" },
    ...stateDirOption,
    ...jsonOption,
  },
  examples: [
    "same-kit local instances list --status Running",
    "same-kit local instances raise ID Approval --data true",
    "same-kit local instances purge --from 2026-11-01",
  ],
  async run({ options, positionals }, context) {
    const [name = "list", ...args] = positionals;
    const action = INSTANCE_ACTIONS[name];
    if (action === undefined) {
      throw usage(`"${name}" is not an action; known are ${Object.keys(INSTANCE_ACTIONS).join(", ")}.`);
    }
    const missing = action.takes.slice(args.length);
    if (missing.length > 0) throw usage(`local instances ${name} needs ${missing.join(" and ")}.`);
    const call = {
      input: options.input,
      data: options.data,
      id: options.id,
      reason: options.reason,
      sameId: options["same-id"],
      top: parseTop(options.top),
      filter: {
        prefix: options.prefix,
        statuses: options.status,
        from: parseTime("--from", options.from),
        to: parseTime("--to", options.to),
      },
    };
    const { console, signal } = context;
    const { url, managementKey, isLocal } = await findAddress(options, context);
    if (!action.isHarmless && !isLocal && !options.yes) {
      const view = createPhaseView(console, signal);
      if (!(await view.confirm(`Do "${[name, ...args].join(" ")}" on ${url}?`))) return 1;
    }
    const client = new ManagementClient({ url, managementKey }, { fetch, signal });
    const { data, text } = await action.run({ client, console, args, options: call });
    console.json(data);
    console.answer(text);
    return 0;
  },
});

type AddressOptions = {
  "host-name": string | undefined;
  "use-http": boolean;
  "management-key": string | undefined;
  "state-dir": string | undefined;
};

async function findAddress(
  options: AddressOptions,
  { cwd }: CommandContext,
): Promise<{ url: string; managementKey: string | null; isLocal: boolean }> {
  const managementKey = options["management-key"] ?? null;
  const name = options["host-name"];
  if (name !== undefined) {
    const { url } = parseAppAddress(name, { useHttp: options["use-http"], accessKey: null });
    return { url, managementKey, isLocal: isLoopback(url) };
  }
  const stateDir = resolveStateDir(options["state-dir"], cwd);
  const [host, ...others] = await createEmulator().listHosts(stateDir);
  if (host === undefined) throw noHost(stateDir);
  if (others.length > 0) {
    const urls = [host, ...others].map(({ url }) => url);
    throw usage(`Several hosts use ${stateDir}: ${urls.join(", ")}. Name one with --host-name.`);
  }
  return { url: host.url, managementKey, isLocal: true };
}

const isLoopback = (url: string): boolean => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);

function parseTop(text: string | undefined): number {
  const top = Number(text ?? DEFAULT_TOP);
  if (Number.isSafeInteger(top) && top > 0) return top;
  throw usage(`--top ${text} is not a number of instances.`);
}

function parseTime(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (Number.isNaN(Date.parse(text))) throw usage(`${option} ${text} is not a time, such as 2026-11-27T08:00Z.`);
  return new Date(text).toISOString();
}
