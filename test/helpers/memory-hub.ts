import { type Logger, silentLogger } from "@same-kit/shared";
import { activityInputForWorker, activityOutcome } from "../../local/src/engine/activities/activity-outcome.ts";
import {
  EventType,
  type ExecutionStartedEvent,
  type HistoryEvent,
  OrchestrationStatus,
} from "../../local/src/engine/history/events.ts";
import type { TaskMessage } from "../../local/src/engine/messages/message-data.ts";
import type { EpisodeResult, EpisodeSettings, Outgoing } from "../../local/src/engine/orchestrations/episode-types.ts";
import { runEpisode } from "../../local/src/engine/orchestrations/run-episode.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import { newGuidN } from "../../local/src/shared/ids.ts";
import { FakeClock } from "./fake-clock.ts";

export const episodeSettings: EpisodeSettings = {
  defaultVersion: null,
  versionMatchStrategy: "CurrentOrOlder",
  versionFailureStrategy: "Reject",
  defaultAsyncRequestSleepTimeMs: 30_000,
  maxOrchestrationActions: 100_000,
  storeInputsInOrchestrationHistory: false,
  hubName: "Hub",
  traceInputsAndOutputs: false,
  traceReplayEvents: false,
};

type Queued = Outgoing & { visibleAtMs: number };
type Instance = { history: HistoryEvent[]; customStatus: string | null };

/**
 * A task hub in memory: it passes messages between episodes and activities, and moves its clock to the next timer when nothing
 * else is left to do. One message makes one episode, unless `isBatching`.
 */
export class MemoryHub {
  readonly clock = new FakeClock();
  readonly instances = new Map<string, Instance>();
  readonly results: EpisodeResult[] = [];
  readonly #queue: Queued[] = [];
  readonly #invoker: FunctionInvoker;
  readonly #settings: EpisodeSettings;
  readonly #isBatching: boolean;
  readonly #log: Logger;

  constructor(
    invoker: FunctionInvoker,
    {
      settings = {},
      isBatching = false,
      log = silentLogger,
    }: { settings?: Partial<EpisodeSettings>; isBatching?: boolean; log?: Logger } = {},
  ) {
    this.#log = log;
    this.#invoker = invoker;
    this.#settings = { ...episodeSettings, ...settings };
    this.#isBatching = isBatching;
  }

  start(name: string, input: unknown = null, instanceId = "abc", fields: Partial<ExecutionStartedEvent> = {}): void {
    const target = { InstanceId: instanceId, ExecutionId: newGuidN() };
    this.#send(target, startEvent(name, input, target, this.clock, fields));
  }

  raise(instanceId: string, name: string, value: unknown): void {
    const event = { EventType: EventType.EventRaised, Name: name, Input: JSON.stringify(value) };
    this.#sendToInstance(instanceId, { ...event, ParentTraceContext: null });
  }

  terminate(instanceId: string, reason: string | null): void {
    this.#sendToInstance(instanceId, { EventType: EventType.ExecutionTerminated, Input: reason });
  }

  suspend(instanceId: string): void {
    this.#sendToInstance(instanceId, { EventType: EventType.ExecutionSuspended, Reason: "pause" });
  }

  resume(instanceId: string): void {
    this.#sendToInstance(instanceId, { EventType: EventType.ExecutionResumed, Reason: "go on" });
  }

  /** Delivers all there is; timers too, unless `withTimers` is false. */
  async run({ withTimers = true } = {}): Promise<void> {
    for (let steps = 0; ; steps++) {
      if (steps > 10_000) throw new Error("The hub does not come to rest.");
      const batch = this.#nextBatch(withTimers);
      if (batch.length === 0) return;
      if (batch[0]?.route === "work-items") await this.#runActivity(batch[0].message.taskMessage);
      else await this.#runEpisode(batch.map((it) => it.message.taskMessage));
    }
  }

  history(instanceId = "abc"): HistoryEvent[] {
    return this.instances.get(instanceId)?.history ?? [];
  }

  eventNames(instanceId = "abc"): string[] {
    return this.history(instanceId).map((it) => nameOf(EventType, it.EventType));
  }

  /** How the instance ended; undefined while it runs. */
  ending(instanceId = "abc"): { status: string; result: unknown } | undefined {
    const end = this.history(instanceId).find((it) => it.EventType === EventType.ExecutionCompleted);
    if (end === undefined) return undefined;
    return { status: nameOf(OrchestrationStatus, end.OrchestrationStatus), result: parsed(end.Result) };
  }

  customStatus(instanceId = "abc"): unknown {
    return parsed(this.instances.get(instanceId)?.customStatus ?? null);
  }

  /** Messages nobody has taken yet, by the name of their event. */
  waiting(): string[] {
    return this.#queue.map((it) => nameOf(EventType, it.message.taskMessage.Event.EventType));
  }

  #sendToInstance(instanceId: string, fields: object): void {
    const base = { EventId: -1, IsPlayed: false, Timestamp: this.clock.nowTicks() };
    this.#send({ InstanceId: instanceId, ExecutionId: null }, { ...base, ...fields } as HistoryEvent);
  }

  #send(target: { InstanceId: string; ExecutionId: string | null }, event: HistoryEvent): void {
    const taskMessage = {
      Event: event,
      SequenceNumber: 0,
      OrchestrationInstance: target,
      OrchestrationExecutionContext: null,
    };
    const message = { taskMessage, sender: { InstanceId: "", ExecutionId: "" } };
    this.#queue.push({ route: "control", message, visibleAtMs: 0 });
  }

  #nextBatch(withTimers: boolean): Queued[] {
    const nowMs = this.clock.now().getTime();
    let first = this.#queue.find((it) => it.visibleAtMs <= nowMs);
    if (first === undefined && withTimers) {
      first = this.#queue.toSorted((a, b) => a.visibleAtMs - b.visibleAtMs)[0];
      if (first !== undefined) this.clock.advance(first.visibleAtMs - nowMs);
    }
    if (first === undefined) return [];
    const { route, message } = first;
    const isSame = (it: Queued) =>
      it.route !== "work-items" &&
      it.visibleAtMs <= this.clock.now().getTime() &&
      it.message.taskMessage.OrchestrationInstance.InstanceId === message.taskMessage.OrchestrationInstance.InstanceId;
    const batch = this.#isBatching && route !== "work-items" ? this.#queue.filter(isSame) : [first];
    for (const it of batch) this.#queue.splice(this.#queue.indexOf(it), 1);
    return batch;
  }

  async #runEpisode(messages: TaskMessage[]): Promise<void> {
    const instanceId = messages[0]?.OrchestrationInstance.InstanceId ?? "";
    const history = structuredClone(this.history(instanceId));
    const deps = { invoker: this.#invoker, settings: this.#settings, clock: this.clock, log: this.#log };
    const result = await runEpisode({ instanceId, history, messages: structuredClone(messages) }, deps);
    this.results.push(result);
    if (result.kind !== "advanced") return;
    this.instances.set(instanceId, { history: result.events, customStatus: result.customStatus });
    for (const it of result.outgoing) {
      this.#queue.push({ ...it, visibleAtMs: it.visibleAt === undefined ? 0 : Date.parse(it.visibleAt) });
    }
  }

  async #runActivity({ Event: event, OrchestrationInstance: target }: TaskMessage): Promise<void> {
    if (event.EventType !== EventType.TaskScheduled) throw new Error("Only calls belong among the work items.");
    const call = { name: event.Name, instanceId: target.InstanceId, input: activityInputForWorker(event.Input) };
    const reply = await this.#invoker.invokeActivity(call);
    if (reply.kind === "unavailable") throw new Error(reply.reason);
    const outcome = activityOutcome(event.Name, reply);
    const base = {
      EventId: -1,
      IsPlayed: false,
      Timestamp: this.clock.nowTicks(),
      TaskScheduledId: event.EventId,
    };
    if (outcome.kind === "completed") {
      this.#send(target, { ...base, EventType: EventType.TaskCompleted, Result: outcome.result });
    } else {
      const { reason, details, failureDetails } = outcome;
      const failure = { Reason: reason, Details: details, FailureDetails: failureDetails };
      this.#send(target, { ...base, EventType: EventType.TaskFailed, ...failure });
    }
  }
}

export function startEvent(
  name: string,
  input: unknown,
  target: { InstanceId: string; ExecutionId: string },
  clock: FakeClock,
  fields: Partial<ExecutionStartedEvent> = {},
): ExecutionStartedEvent {
  return {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    IsPlayed: false,
    Timestamp: clock.nowTicks(),
    OrchestrationInstance: target,
    ParentInstance: null,
    Name: name,
    Version: null,
    Input: input === undefined ? null : JSON.stringify(input),
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: 0,
    ...fields,
  };
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function nameOf(numbers: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(numbers).find(([, number]) => number === value)?.[0] ?? String(value);
}
