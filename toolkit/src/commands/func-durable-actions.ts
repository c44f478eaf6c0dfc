// What `func durable ACTION` does: func's names and options for the actions of `local instances`.

import { randomUUID } from "node:crypto";
import type { InstanceFilter, InstanceItem } from "../ports.ts";
import type { Console } from "../ui/console.ts";
import { type ActionCall, INSTANCE_ACTIONS } from "./instance-actions.ts";
import type { InstanceTarget } from "./instance-target.ts";

type DurableOptions = {
  id: string | undefined;
  "function-name": string | undefined;
  input: string | undefined;
  "event-name": string | undefined;
  "event-data": string | undefined;
  reason: string | undefined;
  "show-input": boolean;
  "show-output": boolean;
  top: number;
  "continuation-token": string | undefined;
  filter: InstanceFilter;
};

type DurableCall = { target: InstanceTarget; console: Console; call: DurableOptions };

type DurableAction = {
  /** The required options. */
  needs: readonly ("id" | "function-name")[];
  /** Whether it only reads. */
  isHarmless: boolean;
  /** @returns JSON for read actions, as func prints it; otherwise a sentence. */
  run(call: DurableCall): Promise<string>;
};

/** A time before the creation of every instance. */
const BEGINNING = "1970-01-01T00:00:00.000Z";

export const DURABLE_ACTIONS: Readonly<Record<string, DurableAction>> = {
  "get-instances": looking([], async ({ target, console, call }) => {
    const { instances, nextToken } = await target.client.page(call.filter, call.top, call["continuation-token"] ?? "");
    if (nextToken !== "") console.note(`Continuation token for next set of results: '${nextToken}'`);
    return instances;
  }),
  "get-runtime-status": looking(["id"], async ({ target, call }) =>
    withoutUnasked(await target.client.show(call.id ?? ""), call),
  ),
  "get-history": looking(["id"], async ({ target, call }) => {
    return (await target.client.show(call.id ?? "", { withHistory: true })).historyEvents ?? [];
  }),
  "start-new": changing("start", ["function-name"], (call) => [call["function-name"] ?? ""]),
  "raise-event": changing("raise", ["id"], (call) => [call.id ?? "", call["event-name"] ?? `Event_${randomUUID()}`]),
  terminate: changing("terminate", ["id"], (call) => [call.id ?? ""]),
  rewind: changing("rewind", ["id"], (call) => [call.id ?? ""]),
  "purge-history": changing("purge", [], () => []),
  "delete-task-hub": changing("delete-hub", [], () => []),
};

function looking(needs: DurableAction["needs"], look: (call: DurableCall) => Promise<unknown>): DurableAction {
  return { needs, isHarmless: true, run: async (call) => JSON.stringify(await look(call), null, 2) };
}

function withoutUnasked(found: InstanceItem, call: DurableOptions): Partial<InstanceItem> {
  const { input, output, ...rest } = found;
  return { ...rest, ...(call["show-input"] ? { input } : {}), ...(call["show-output"] ? { output } : {}) };
}

function changing(
  name: "start" | "raise" | "terminate" | "rewind" | "purge" | "delete-hub",
  needs: DurableAction["needs"],
  toArguments: (call: DurableOptions) => string[],
): DurableAction {
  return {
    needs,
    isHarmless: false,
    async run({ target: { client, deleteHub }, console, call }) {
      const action = INSTANCE_ACTIONS[name];
      const args = toArguments(call);
      return (
        await (action as NonNullable<typeof action>).run({ client, deleteHub, console, args, options: toOptions(call) })
      ).text;
    },
  };
}

function toOptions({ id, input, "event-data": data, reason, top, filter }: DurableOptions): ActionCall["options"] {
  return { id, input, data, reason, top, sameId: false, filter: { ...filter, from: filter.from ?? BEGINNING } };
}
