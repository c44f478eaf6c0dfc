// The actions of `same-kit local instances ACTION`, one entry each.

import type { ManagementClient } from "../adapters/app/management-client.ts";
import { usageError } from "../errors.ts";
import type { InstanceFilter } from "../ports.ts";
import { historyTable, instanceDetails, instancesTable } from "../reports/instances-report.ts";
import type { Console } from "../ui/console.ts";
import { count } from "../ui/format.ts";

export type ActionCall = {
  client: ManagementClient;
  /** Removes the hub; null if a host is using it. */
  deleteHub: (() => Promise<void>) | null;
  console: Console;
  /** The words after the action. */
  args: readonly string[];
  options: {
    input: string | undefined;
    data: string | undefined;
    id: string | undefined;
    reason: string | undefined;
    sameId: boolean;
    top: number;
    filter: InstanceFilter;
  };
};

export type Action = {
  /** The required arguments, as shown by help. */
  takes: readonly string[];
  /** Whether it only reads. */
  isHarmless: boolean;
  /** @returns the result, as data and as a sentence or table. */
  run(call: ActionCall): Promise<{ data: unknown; text: string }>;
};

export const INSTANCE_ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    takes: [],
    isHarmless: true,
    async run({ client, console, options }) {
      const instances = await client.list(options.filter, options.top);
      return { data: instances, text: instancesTable(instances, console) };
    },
  },
  show: {
    takes: ["ID"],
    isHarmless: true,
    async run({ client, console, args: [id = ""] }) {
      const found = await client.show(id);
      return { data: found, text: instanceDetails(found, console) };
    },
  },
  history: {
    takes: ["ID"],
    isHarmless: true,
    async run({ client, console, args: [id = ""] }) {
      const found = await client.show(id, { withHistory: true });
      return { data: found.historyEvents ?? [], text: historyTable(found, console) };
    },
  },
  start: {
    takes: ["ORCHESTRATOR"],
    isHarmless: false,
    async run({ client, args: [name = ""], options }) {
      const id = await client.start(name, jsonOf("--input", options.input), options.id);
      return { data: { id }, text: `Started ${name} as ${id}.` };
    },
  },
  raise: {
    takes: ["ID", "EVENT"],
    isHarmless: false,
    async run({ client, args: [id = "", event = ""], options }) {
      // The API does not accept an event without a value.
      await client.raise(id, event, jsonOf("--data", options.data) ?? "null");
      return { data: { id, event }, text: `Raised ${event} for ${id}.` };
    },
  },
  suspend: changing("suspend", "Asked to suspend"),
  resume: changing("resume", "Asked to resume"),
  terminate: changing("terminate", "Asked to terminate"),
  rewind: changing("rewind", "Asked to rewind"),
  restart: {
    takes: ["ID"],
    isHarmless: false,
    async run({ client, args: [id = ""], options }) {
      const started = await client.restart(id, { isSameId: options.sameId });
      return { data: { id: started }, text: `Started it again as ${started}.` };
    },
  },
  purge: {
    takes: [],
    isHarmless: false,
    async run({ client, args: [id], options }) {
      if (id === undefined && options.filter.from === undefined) {
        throw usageError("purge needs an ID, or --from TIME for all that were created since.");
      }
      const purged = id === undefined ? await client.purgeMany(options.filter) : await client.purge(id);
      return { data: { purged }, text: `Removed ${count(purged, "instance")} that had ended.` };
    },
  },
  "delete-hub": {
    takes: [],
    isHarmless: false,
    async run({ deleteHub }) {
      if (deleteHub === null)
        throw usageError("delete-hub needs --storage and --hub, and no host may work on that hub.");
      await deleteHub();
      return { data: { deleted: true }, text: "Removed the task hub with all its instances." };
    },
  },
};

function changing(action: "suspend" | "resume" | "terminate" | "rewind", said: string): Action {
  return {
    takes: ["ID"],
    isHarmless: false,
    async run({ client, args: [id = ""], options }) {
      await client.act(id, action, options.reason);
      return { data: { id }, text: `${said} ${id}.` };
    },
  };
}

/** @throws UsageError `ERR_USAGE` for invalid JSON. */
function jsonOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw usageError(`${option} takes JSON, such as 5, '"text"' or '{"a":1}'; it got ${text}.`);
  }
}
