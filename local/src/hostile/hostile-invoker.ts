import { eventTypeName } from "../engine/history/event-members.ts";
import { EventType, type HistoryEvent } from "../engine/history/events.ts";
import { type OrchestratorReply, parseOrchestratorReply } from "../engine/orchestrations/replay/orchestrator-reply.ts";
import type {
  ActivityCall,
  DurableFunction,
  EntityCall,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
  OrchestratorInvocationReply,
} from "../engine/ports.ts";
import { compareActions, type RawAction, rawActions } from "./compare-actions.ts";

// Long enough that no code takes the two times for the same moment.
const DATE_SHIFT_MS = 7 * 3_600_000 + 1_234;

type Seen = { executionId: string; actions: readonly RawAction[] };

/**
 * Calls every orchestrator twice with the same history, the second time at another time of day, and compares the
 * actions of the two calls with each other and with those of the previous call. Deterministic code cannot tell the
 * difference; other code is reported.
 */
export class HostileInvoker implements FunctionInvoker {
  readonly #inner: FunctionInvoker;
  /** The actions of each running instance in its last call. */
  readonly #seen = new Map<string, Seen>();

  constructor(inner: FunctionInvoker) {
    this.#inner = inner;
  }

  durableFunctions(): readonly DurableFunction[] {
    return this.#inner.durableFunctions();
  }

  invokeActivity(call: ActivityCall): Promise<InvocationReply> {
    return this.#inner.invokeActivity(call);
  }

  invokeEntity(call: EntityCall): Promise<InvocationReply> {
    return this.#inner.invokeEntity(call);
  }

  async invokeOrchestrator(call: OrchestratorCall): Promise<OrchestratorInvocationReply> {
    const first = await this.#inner.invokeOrchestrator({ ...call, tracesSources: true });
    const second = await this.#inner.invokeOrchestrator({ ...call, tracesSources: true, dateShiftMs: DATE_SHIFT_MS });
    if (first.kind === "unavailable" || first.kind === "non-deterministic") return first;
    if (second.kind === "unavailable" || second.kind === "non-deterministic") return second;
    const problem = this.#judge(call, parseOrchestratorReply(first), parseOrchestratorReply(second));
    return problem === null ? first : { kind: "non-deterministic", message: problem };
  }

  #judge(call: OrchestratorCall, first: OrchestratorReply, second: OrchestratorReply): string | null {
    const actions = rawActions(first);
    const executionId = executionIdOf(call);
    const seen = this.#seen.get(call.instanceId);
    const hasEnded = first.kind !== "answered" || first.ending.kind !== "waiting";
    if (hasEnded) this.#seen.delete(call.instanceId);
    else this.#seen.set(call.instanceId, { executionId, actions });

    const earlier = seen?.executionId === executionId ? seen.actions : [];
    const changed = compareActions(earlier, actions, { mayGrow: true });
    if (changed !== null) return `${at(call)} it does not request what it requested before: ${changed}`;
    const differs = compareActions(actions, rawActions(second), { mayGrow: false });
    if (differs !== null) return `${at(call)} two replays of the same history differ: ${differs}`;
    const [endsFirst, endsSecond] = [endingOf(first), endingOf(second)];
    return endsFirst === endsSecond ? null : `${at(call)} it ${endsFirst}, and ${endsSecond} when replayed.`;
  }
}

function endingOf(reply: OrchestratorReply): string {
  if (reply.kind === "crashed") return "crashes";
  switch (reply.ending.kind) {
    case "waiting":
      return "waits";
    case "returned":
      return "returns";
    case "threw":
      return "throws";
  }
}

/** Describes the event that the orchestrator was called for. */
function at({ payload }: OrchestratorCall): string {
  const events = payload.history as readonly HistoryEvent[];
  const index = events.findLastIndex((it) => it.EventType !== EventType.OrchestratorStarted);
  const event = events[index];
  if (event === undefined) return "At its start,";
  const { Name, TaskScheduledId, TimerId }: Record<string, unknown> = { ...event };
  const number = TaskScheduledId ?? TimerId;
  const detail = typeof number === "number" ? ` of number ${number}` : typeof Name === "string" ? ` '${Name}'` : "";
  return `At event ${index} (${eventTypeName(event.EventType)}${detail})`;
}

function executionIdOf({ payload }: OrchestratorCall): string {
  const events = payload.history as readonly HistoryEvent[];
  const started = events.find((it) => it.EventType === EventType.ExecutionStarted);
  return started?.OrchestrationInstance.ExecutionId ?? "";
}
