// The request to the worker for a batch of operations, and its reply: durable-functions 3.5, lib/src/entities.

import { isRecord } from "@same-kit/shared";
import type { EntityId } from "../messages/entity-id.ts";
import type { EntityRequest } from "../messages/entity-messages.ts";
import type { EntityCall, InvocationReply } from "../ports.ts";
import type { SchedulerState } from "./scheduler-state.ts";

export type EntitySignal = { target: EntityId; operation: string; input: string | null };

export type BatchOutcome = {
  exists: boolean;
  state: string | null;
  /** One per operation. */
  results: { result: string | null; isError: boolean }[];
  signals: EntitySignal[];
};

/** The call of an entity's function for a batch of operations. */
export function entityCall(entity: EntityId, state: SchedulerState, batch: readonly EntityRequest[]): EntityCall {
  const name = entity.name.toLowerCase();
  return {
    name,
    instanceId: `@${name}@${entity.key}`,
    trigger: {
      self: { name, key: entity.key },
      exists: state.exists,
      state: state.state,
      batch: batch.map(({ operation, input, isSignal }) => ({ name: operation ?? "", input, isSignal })),
    },
  };
}

/** The same failure for a whole batch; the entity's state is unchanged. */
export function failedBatch(reason: string, state: SchedulerState, batch: readonly EntityRequest[]): BatchOutcome {
  // Callers parse it as JSON.
  const result = JSON.stringify(reason);
  return {
    exists: state.exists,
    state: state.state,
    results: batch.map(() => ({ result, isError: true })),
    signals: [],
  };
}

/** A function that throws as a whole, or returns something else, fails the whole batch. */
export function batchOutcome(
  reply: Exclude<InvocationReply, { kind: "unavailable" }>,
  state: SchedulerState,
  batch: readonly EntityRequest[],
): BatchOutcome {
  if (reply.kind === "threw") return failedBatch(reply.message, state, batch);
  const { value } = reply;
  if (!isRecord(value) || !Array.isArray(value["results"])) {
    return failedBatch("The entity function did not return the response of a durable-functions entity.", state, batch);
  }
  const results: unknown[] = value["results"];
  const signals: unknown = value["signals"];
  return {
    exists: value["entityExists"] === true,
    state: typeof value["entityState"] === "string" ? value["entityState"] : null,
    results: batch.map((_, index) => toResult(results[index])),
    signals: Array.isArray(signals) ? signals.flatMap((it) => toSignal(it) ?? []) : [],
  };
}

function toResult(value: unknown): { result: string | null; isError: boolean } {
  const fields = isRecord(value) ? value : {};
  const result = typeof fields["result"] === "string" ? fields["result"] : null;
  return { result, isError: fields["isError"] === true };
}

function toSignal(value: unknown): EntitySignal | null {
  if (!isRecord(value) || !isRecord(value["target"])) return null;
  const { target, name, input } = value;
  return {
    target: { name: String(target["name"]), key: String(target["key"]) },
    operation: String(name ?? ""),
    // The SDK writes an empty text if there is no input.
    input: typeof input === "string" && input !== "" ? input : null,
  };
}
